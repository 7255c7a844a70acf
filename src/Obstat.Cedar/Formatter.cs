using Obstat.Cedar.Formatting;

namespace Obstat.Cedar;

/// <summary>Lays out policy texts: 80 columns, two spaces. Keeps every comment and annotation; formatting what was formatted changes nothing.</summary>
public static class Formatter
{
    private const int Width = 80;
    private const int PassesMax = 6;

    /// <summary>
    /// The same policies, laid out. Refuses a text that is not well formed. Where comments stand so that no layout is stable, the text comes back as it is.
    /// </summary>
    public static Parsed<string> Format(string text)
    {
        var before = PolicySet.ParsePolicies(text);
        if (!before.TryGet(out var policies))
        {
            return new(before.Diagnostics);
        }

        var current = Pass(text);
        for (var pass = 1; pass < PassesMax; pass++)
        {
            var next = Pass(current);
            if (string.Equals(next, current, StringComparison.Ordinal))
            {
                return new(IsSame(policies, current) ? current : text);
            }

            current = next;
        }

        return new(text);
    }

    private static string Pass(string text) => new Layout(text).Policies().Render(Width).Replace(Layout.BlankLine, "", StringComparison.Ordinal);

    private static bool IsSame(IReadOnlyList<Policy> policies, string text) =>
        PolicySet.ParsePolicies(text).TryGet(out var after) && after.Count == policies.Count && after.Zip(policies).All(p => p.First.ToJson() == p.Second.ToJson());
}
