using System.Buffers;
using System.Globalization;
using System.Text;

namespace Obstat.Proof.Dsse;

/// <summary>Pre-authentication encoding (DSSE 1.0.2): <c>DSSEv1 len(type) type len(body) body</c>, lengths in bytes, decimal. It is what is signed, so a payload cannot be taken for one of another type.</summary>
public static class Pae
{
    private static readonly byte[] StatementHead = Head(Names.StatementPayloadType);

    /// <summary>The encoding of a payload.</summary>
    public static byte[] Of(string payloadType, ReadOnlySpan<byte> payload)
        => [.. Head(payloadType), .. Encoding.ASCII.GetBytes(payload.Length.ToString(CultureInfo.InvariantCulture)), (byte)' ', .. payload];

    /// <summary>SHA-256 of the encoding of a statement: what its leaf names.</summary>
    public static Digest Digest(ReadOnlySpan<byte> statement)
    {
        var rented = ArrayPool<byte>.Shared.Rent(StatementHead.Length + 12 + statement.Length);
        StatementHead.CopyTo(rented, 0);
        _ = statement.Length.TryFormat(rented.AsSpan(StatementHead.Length), out var written, provider: CultureInfo.InvariantCulture);
        var at = StatementHead.Length + written;
        rented[at++] = (byte)' ';
        statement.CopyTo(rented.AsSpan(at));
        var digest = Proof.Digest.Of(rented.AsSpan(0, at + statement.Length));
        ArrayPool<byte>.Shared.Return(rented);
        return digest;
    }

    private static byte[] Head(string payloadType)
        => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"DSSEv1 {Encoding.UTF8.GetByteCount(payloadType)} {payloadType} "));
}
