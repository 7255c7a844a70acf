namespace Obstat.Console.Tests;

/// <summary>What axe-core leaves to a person, and what a person found. Anything that is not listed here fails.</summary>
internal static class Judged
{
    // One digit: its colours are ink on bg like those of every other number.
    private const string Short = "Element content is too short to determine if it is actual text content";

    private static readonly (string Page, string Begins, string Why)[] Known =
    [
        ("graph", "color-contrast: ", "text on the boxes of the drawing: ink, ink-2, ok and bad on bg, which ColourTests computes"),
        ("tools", "color-contrast: #tool-", "a description is clipped there: nothing of it is drawn over the number"),
    ];

    public static bool IsKnown(string page, string incomplete) => incomplete.EndsWith(Short, StringComparison.Ordinal) || Known.Any(k => k.Page == page && incomplete.StartsWith(k.Begins, StringComparison.Ordinal));
}
