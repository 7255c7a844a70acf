using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using Obstat.Proof;
using Obstat.Proof.Json;
using Obstat.Settings.Shapes;

namespace Obstat.Settings;

/// <summary>
/// Reads <c>obstat.json</c>: JSON with <c>//</c> comments and trailing commas, nothing more. An unknown, duplicate or mistyped member refuses the whole file,
/// so that a misspelt limit never silently does not apply. Three programs in different trust zones read the same file by this one reader.
/// </summary>
public static class SettingsFile
{
    /// <summary>The usual name of the file.</summary>
    public const string Name = "obstat.json";

    /// <summary>Largest file that is read: 1 MiB.</summary>
    public const int BytesMax = 1 << 20;

    /// <summary>Reads and checks a file. Relative paths in it are relative to its folder.</summary>
    public static bool TryLoad(string path, [NotNullWhen(true)] out InstallationSettings? settings, [NotNullWhen(false)] out SettingsError? error)
    {
        settings = null;
        byte[] bytes;
        try
        {
            using var file = File.OpenRead(path);
            if (file.Length > BytesMax)
            {
                error = new SettingsError(path, 0, 0, $"the file has {file.Length} bytes", $"a configuration has at most {BytesMax} bytes", "name the configuration file: --config obstat.json");
                return false;
            }

            bytes = new byte[file.Length];
            file.ReadExactly(bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            error = new SettingsError(path, 0, 0, e is FileNotFoundException or DirectoryNotFoundException ? "no such file" : e.Message,
                "nothing runs without a configuration", "obstat init      or name the file: --config obstat.json");
            return false;
        }

        return TryParse(bytes, path, out settings, out error);
    }

    /// <summary>Checks the bytes of a file that stands, or would stand, at <paramref name="path"/>.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, string path, [NotNullWhen(true)] out InstallationSettings? settings, [NotNullWhen(false)] out SettingsError? error)
    {
        settings = null;
        if (!StrictJson.TryParse(utf8, JsonRules.Settings, JsonLimits.Intake, out var value, out var wrong))
        {
            var twice = wrong.Expected == "distinct member names";
            error = At(utf8, path, new Finding(
                wrong.Offset,
                twice ? $"duplicate member {MemberAt(utf8, wrong.Offset)}" : $"expected {wrong.Expected}, got {wrong.Got}",
                twice ? "of two members with one name nobody can tell which applies" : "the format is JSON with // comments and trailing commas, nothing more",
                twice ? "keep one of them" : "correct the file at this place"));
            return false;
        }

        if ((BlockComment(utf8) ?? SettingsFormat.File.Check(value, "")) is { } finding)
        {
            error = At(utf8, path, finding);
            return false;
        }

        error = null;
        settings = SettingsFormat.Bind(value, Path.GetFullPath(path), Digest.Of(utf8));
        return true;
    }

    private static Finding? BlockComment(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Allow, AllowTrailingCommas = true });
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.Comment && utf8[(int)reader.TokenStartIndex + 1] == '*')
            {
                return new Finding((int)reader.TokenStartIndex, "a comment /* .. */", "the format is JSON with // comments and trailing commas, nothing more", "write // before each line of the comment");
            }
        }

        return null;
    }

    private static string MemberAt(ReadOnlySpan<byte> utf8, int offset)
    {
        var rest = utf8[offset..];
        var end = rest.Length > 1 ? rest[1..].IndexOf((byte)'"') : -1;
        return end < 0 ? "name" : Encoding.UTF8.GetString(rest[..Math.Min(end + 2, 66)]);
    }

    private static SettingsError At(ReadOnlySpan<byte> utf8, string path, Finding finding)
    {
        var before = utf8[..Math.Min(finding.Offset, utf8.Length)];
        var line = before.Count((byte)'\n') + 1;
        var column = Encoding.UTF8.GetString(before[(before.LastIndexOf((byte)'\n') + 1)..]).EnumerateRunes().Count() + 1;
        return new SettingsError(path, line, column, finding.What, finding.Why, finding.Fix);
    }
}
