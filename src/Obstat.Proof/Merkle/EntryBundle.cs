using System.Buffers;
using System.Buffers.Binary;

namespace Obstat.Proof.Merkle;

/// <summary>Up to 256 entries one after the other, each with its length as 16 bits big-endian before it (C2SP tlog-tiles). A partial bundle is a prefix of the later full one.</summary>
public static class EntryBundle
{
    /// <summary>Appends one entry. Throws for one of more than 65,535 bytes.</summary>
    public static void Write(IBufferWriter<byte> bundle, ReadOnlySpan<byte> entry)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        BinaryPrimitives.WriteUInt16BigEndian(bundle.GetSpan(2), checked((ushort)entry.Length));
        bundle.Advance(2);
        bundle.Write(entry);
    }

    /// <summary>Reads exactly <paramref name="width"/> entries. Refuses a bundle that is cut or has bytes left.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> bundle, int width, out IReadOnlyList<ReadOnlyMemory<byte>> entries)
    {
        var found = new List<ReadOnlyMemory<byte>>(Math.Clamp(width, 0, TileAddress.WidthFull));
        entries = found;
        while (found.Count < width && TryNext(ref bundle, out var entry))
        {
            found.Add(entry);
        }

        if (found.Count == width && bundle.IsEmpty)
        {
            return true;
        }

        entries = [];
        return false;
    }

    /// <summary>The first <paramref name="width"/> entries of a bundle that has at least as many, as bytes of the partial bundle.</summary>
    public static bool TrySlice(ReadOnlyMemory<byte> bundle, int width, out ReadOnlyMemory<byte> slice)
    {
        var rest = bundle;
        for (var i = 0; i < width; i++)
        {
            if (!TryNext(ref rest, out _))
            {
                slice = default;
                return false;
            }
        }

        slice = bundle[..(bundle.Length - rest.Length)];
        return true;
    }

    private static bool TryNext(ref ReadOnlyMemory<byte> rest, out ReadOnlyMemory<byte> entry)
    {
        entry = default;
        if (rest.Length < 2)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt16BigEndian(rest.Span);
        if (rest.Length < 2 + length)
        {
            return false;
        }

        entry = rest.Slice(2, length);
        rest = rest[(2 + length)..];
        return true;
    }
}
