using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;

namespace Obstat.Proof.Encodings;

/// <summary>Standard base64 with padding (RFC 4648 section 4), one text for one byte string: what would be written differently refuses.</summary>
public static class Base64Exact
{
    private const int TextMax = 1_024; // on the stack

    /// <summary>The text of the given bytes.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes);

    /// <summary>Reads the canonical text, ASCII. Gives the count of bytes; below 0 for anything else, and where they do not fit.</summary>
    public static int Decode(ReadOnlySpan<byte> text, Span<byte> bytes)
    {
        // The framework skips white space and ignores unused bits, so the text must be what encoding gives again.
        Span<byte> again = stackalloc byte[TextMax];
        return text.Length <= TextMax && Base64.DecodeFromUtf8(text, bytes, out var read, out var written) == OperationStatus.Done && read == text.Length
            && Base64.EncodeToUtf8(bytes[..written], again, out _, out var length) == OperationStatus.Done && text.SequenceEqual(again[..length]) ? written : -1;
    }

    /// <summary>Reads the canonical text; anything else refuses.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, [NotNullWhen(true)] out byte[]? bytes)
    {
        var buffer = new byte[text.Length / 4 * 3];
        // The framework skips white space and ignores unused bits, so the text must be what encoding gives again.
        bytes = text.Length % 4 == 0 && Convert.TryFromBase64Chars(text, buffer, out var written) && text.SequenceEqual(Convert.ToBase64String(buffer, 0, written))
            ? buffer[..written]
            : null;
        return bytes is not null;
    }
}
