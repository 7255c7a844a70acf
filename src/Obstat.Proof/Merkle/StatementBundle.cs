using System.Buffers;
using System.Buffers.Binary;

namespace Obstat.Proof.Merkle;

/// <summary>
/// Up to 256 statements one after the other, each with its length as 32 bits big-endian before it: what stands behind the leaves of an entry bundle, under the same number and width.
/// No part of C2SP tlog-tiles; a statement may be longer than the 16 bits of an entry bundle say.
/// </summary>
public static class StatementBundle
{
    /// <summary>Bytes of a statement at most.</summary>
    public const int StatementBytesMax = 64 * 1024;

    /// <summary>Where the bundle of these entries lies: <c>statement/&lt;N&gt;[.p/&lt;width&gt;]</c>.</summary>
    public static string PathOf(TileAddress entries)
        => entries.Level == TileAddress.Entries ? string.Concat("statement/", entries.ToString().AsSpan("tile/entries/".Length)) : throw new ArgumentException("expected the address of entries", nameof(entries));

    /// <summary>Appends one statement. Throws for one that is too long.</summary>
    public static void Write(IBufferWriter<byte> bundle, ReadOnlySpan<byte> statement)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(statement.Length, StatementBytesMax, nameof(statement));
        BinaryPrimitives.WriteInt32BigEndian(bundle.GetSpan(4), statement.Length);
        bundle.Advance(4);
        bundle.Write(statement);
    }

    /// <summary>Reads exactly <paramref name="width"/> statements. Refuses a bundle that is cut or has bytes left.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> bundle, int width, out IReadOnlyList<ReadOnlyMemory<byte>> statements)
    {
        var found = new List<ReadOnlyMemory<byte>>(Math.Clamp(width, 0, TileAddress.WidthFull));
        statements = found;
        while (found.Count < width && bundle.Length >= 4 && BinaryPrimitives.ReadInt32BigEndian(bundle.Span) is >= 0 and <= StatementBytesMax and var length && bundle.Length >= 4 + length)
        {
            found.Add(bundle.Slice(4, length));
            bundle = bundle[(4 + length)..];
        }

        if (found.Count == width && bundle.IsEmpty)
        {
            return true;
        }

        statements = [];
        return false;
    }
}
