using System.Buffers;
using Obstat.Proof.Encodings;
using Obstat.Proof.Json;
using Obstat.Proof.Reasons;

namespace Obstat.Proof.Messages;

/// <summary>Reads the kinds of values that several messages have.</summary>
internal static class FieldRules
{
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>128 random bits, base64url.</summary>
    public static string Random128(this JsonFields fields, string name)
    {
        var text = fields.String(name, 22);
        if (fields.Error is null && (text.Length != 22 || !Base64Url.TryDecode(text, out _)))
        {
            fields.Refuse(name, "128 bits in base64url");
        }

        return text;
    }

    /// <summary>128 random bits, base64url, or null.</summary>
    public static string? Random128OrNull(this JsonFields fields, string name) => fields.StringOrNull(name, 22) is null ? null : fields.Random128(name);

    /// <summary>1 to 64 letters, digits, dots, dashes and underscores.</summary>
    public static string Name(this JsonFields fields, string name)
    {
        var text = fields.String(name, 64);
        if (fields.Error is null && !IsName(text))
        {
            fields.Refuse(name, "1 to 64 of A-Z a-z 0-9 . _ -");
        }

        return text;
    }

    /// <summary>A string that is not empty.</summary>
    public static string Text(this JsonFields fields, string name, int max = 2048)
    {
        var text = fields.String(name, max);
        if (fields.Error is null && text.Length == 0)
        {
            fields.Refuse(name, "a string that is not empty");
        }

        return text;
    }

    /// <summary>A string that is not empty, or null.</summary>
    public static string? TextOrNull(this JsonFields fields, string name, int max = 2048) => fields.StringOrNull(name, max) is null ? null : fields.Text(name, max);

    /// <summary>SHA-256 in hex: the form of evidence.</summary>
    public static Digest HexDigest(this JsonFields fields, string name)
    {
        if (!Digest.TryParseHex(fields.String(name, 64), out var digest) && fields.Error is null)
        {
            fields.Refuse(name, "a SHA-256 in 64 lower-case hex digits");
        }

        return digest;
    }

    /// <summary>A reason code.</summary>
    public static DenyReason Reason(this JsonFields fields, string name)
    {
        if (!ReasonCodes.TryParse(fields.String(name, 64), out var reason) && fields.Error is null)
        {
            fields.Refuse(name, "a reason code");
        }

        return reason;
    }

    /// <summary>Whether a text may name a point, a server or an obligation.</summary>
    public static bool IsName(string text) => text.Length is >= 1 and <= 64 && !text.AsSpan().ContainsAnyExcept(NameCharacters);
}
