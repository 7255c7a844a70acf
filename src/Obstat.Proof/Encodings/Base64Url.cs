using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Obstat.Proof.Encodings;

/// <summary>base64url without padding (RFC 4648 section 5), one text for one byte string: padding, white space, <c>+</c>, <c>/</c> and set unused bits refuse.</summary>
public static class Base64Url
{
    /// <summary>The text of the given bytes.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);

    /// <summary>Whether this is the canonical text of some bytes: what <see cref="TryDecode"/> takes.</summary>
    public static bool IsCanonical(ReadOnlySpan<char> text) => (text.Length % 4) switch
    {
        0 => !text.ContainsAnyExcept(Alphabet),
        2 => !text.ContainsAnyExcept(Alphabet) && "AQgw".Contains(text[^1], StringComparison.Ordinal), // four unused bits
        3 => !text.ContainsAnyExcept(Alphabet) && "AEIMQUYcgkosw048".Contains(text[^1], StringComparison.Ordinal), // two
        _ => false,
    };

    /// <summary>Reads the canonical text; anything else refuses.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (text.Length % 4 == 1 || text.ContainsAnyExcept(Alphabet))
        {
            return false;
        }

        var buffer = new byte[System.Buffers.Text.Base64Url.GetMaxDecodedLength(text.Length)];
        if (System.Buffers.Text.Base64Url.DecodeFromChars(text, buffer, out var consumed, out var written) != OperationStatus.Done
            || consumed != text.Length
            || !text.SequenceEqual(Encode(buffer.AsSpan(0, written))))
        {
            return false;
        }

        bytes = buffer[..written];
        return true;
    }

    private static readonly SearchValues<char> Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
}
