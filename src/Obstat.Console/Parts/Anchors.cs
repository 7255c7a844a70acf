namespace Obstat.Console.Parts;

/// <summary>Names of places in a page.</summary>
internal static class Anchors
{
    /// <summary>A file's.</summary>
    public static string File(string path) => string.Concat(path.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '-')) + "-";

    /// <summary>A line's in a file.</summary>
    public static string Line(string path, int line) => $"{File(path)}L{line}";
}
