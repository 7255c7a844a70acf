using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Obstat.Gateway.Methods;

/// <summary>
/// Values of the body in headers (MCP 2026-07-28): as they are where they are plain text, else <c>=?base64?...?=</c> over their UTF-8 bytes. The sentinel is exact; what only
/// resembles it is plain text.
/// </summary>
internal static class HeaderText
{
    private const string Begin = "=?base64?";
    private const string End = "?=";

    /// <summary>The text that a header value stands for; a sentinel whose content is no strict base64 of UTF-8 refuses.</summary>
    public static bool TryDecode(string value, [NotNullWhen(true)] out string? text)
    {
        text = value;
        if (!value.StartsWith(Begin, StringComparison.Ordinal) || !value.EndsWith(End, StringComparison.Ordinal) || value.Length < Begin.Length + End.Length)
        {
            return true;
        }

        var coded = value[Begin.Length..^End.Length];
        text = null;
        try
        {
            // Only the one spelling: padding complete, no white space, no bits beside the data.
            var bytes = Convert.FromBase64String(coded);
            text = Convert.ToBase64String(bytes) == coded ? new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes) : null;
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            // No base64, or no text.
        }

        return text is not null;
    }

    /// <summary>A header value that stands for a text.</summary>
    public static string Encode(string text)
        => text.Length > 0 && text.All(c => c is >= ' ' and <= '~') && text[0] != ' ' && text[^1] != ' ' && !text.StartsWith(Begin, StringComparison.Ordinal)
            ? text : Begin + Convert.ToBase64String(Encoding.UTF8.GetBytes(text)) + End;

    /// <summary>Whether a character may stand in the name of a header (RFC 9110 §5.6.2).</summary>
    public static bool IsTokenCharacter(char c) => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal);
}
