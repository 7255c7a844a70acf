namespace Obstat.Console.Serving;

/// <summary>How somebody wants the pages; kept in a cookie of their browser and nowhere else.</summary>
/// <param name="Theme"><c>auto</c>, <c>light</c> or <c>dark</c>.</param>
/// <param name="IsCompact">Whether rows are narrow.</param>
/// <param name="HasKeys">Whether single keys act.</param>
public sealed record Look(string Theme, bool IsCompact, bool HasKeys)
{
    /// <summary>The cookie.</summary>
    public const string Cookie = "obstat-look";

    /// <summary>What nobody changed.</summary>
    public static Look Usual { get; } = new("auto", false, true);

    /// <summary>The class of the document.</summary>
    public string Classes => $"{(Theme == "auto" ? "" : Theme)} {(IsCompact ? "compact" : "")}".Trim();

    /// <summary>Reads a cookie; what is not understood is as usual.</summary>
    public static Look Parse(string? text)
    {
        var words = (text ?? "").Split('.');
        return new(words.Contains("dark") ? "dark" : words.Contains("light") ? "light" : "auto", words.Contains("compact"), !words.Contains("nokeys"));
    }

    /// <summary>The cookie's value.</summary>
    public override string ToString() => $"{Theme}{(IsCompact ? ".compact" : "")}{(HasKeys ? "" : ".nokeys")}";
}
