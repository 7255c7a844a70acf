using System.Globalization;
using System.Text.RegularExpressions;
using Obstat.Tests;

namespace Obstat.Viewer.Tests;

/// <summary>Text can be read in both themes (WCAG 2.2, 1.4.3: 4.5 to 1), and lines of controls be seen (1.4.11: 3 to 1).</summary>
public sealed partial class ColourTests
{
    [Theory]
    [InlineData("ink", "bg", 4.5)]
    [InlineData("ink", "panel", 4.5)]
    [InlineData("ink", "sunk", 4.5)]
    [InlineData("ink-2", "bg", 4.5)]
    [InlineData("ink-2", "panel", 4.5)]
    [InlineData("ink-2", "sunk", 4.5)]
    [InlineData("ok", "ok-tint", 4.5)]
    [InlineData("on-bad", "bad", 4.5)]
    [InlineData("bad", "panel", 4.5)]
    [InlineData("unknown", "panel", 4.5)]
    [InlineData("unknown", "sunk", 4.5)]
    [InlineData("line-strong", "panel", 3)]
    [InlineData("line-strong", "bg", 3)]
    [InlineData("link", "panel", 3)]
    public void Every_pair_has_its_contrast_in_both_themes(string ink, string ground, double least)
    {
        foreach (var (theme, colours) in new[] { ("light", Colours(0)), ("dark", Colours(1)) })
        {
            var (a, b) = (Luminance(colours[ink]), Luminance(colours[ground]));
            var contrast = (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
            Assert.True(contrast >= least, $"{theme}: {ink} on {ground} is {contrast:0.00} to 1, expected {least}");
        }
    }

    private static Dictionary<string, string> Colours(int theme)
    {
        var block = Root().Matches(File.ReadAllText(Path.Combine(Vectors.Root, "viewer", "parts", "verify.css")))[theme].Value;
        return Colour().Matches(block).ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value, StringComparer.Ordinal);
    }

    private static double Luminance(string hex)
    {
        var full = hex.Length == 3 ? string.Concat(hex.Select(digit => $"{digit}{digit}")) : hex;
        var parts = full.Chunk(2).Select(pair => int.Parse(pair, NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0)
            .Select(part => part <= 0.04045 ? part / 12.92 : Math.Pow((part + 0.055) / 1.055, 2.4)).ToArray();
        return (0.2126 * parts[0]) + (0.7152 * parts[1]) + (0.0722 * parts[2]);
    }

    [GeneratedRegex(@":root \{[^}]*--bg[^}]*\}")]
    private static partial Regex Root();

    [GeneratedRegex(@"--([a-z0-9-]+): #([0-9a-f]{3,6})\b")]
    private static partial Regex Colour();
}
