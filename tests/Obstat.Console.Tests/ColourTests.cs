using System.Globalization;
using System.Text.RegularExpressions;
using Obstat.Tests;

namespace Obstat.Console.Tests;

/// <summary>Text can be read in both themes (WCAG 2.2, 1.4.3), and states are told apart also by those who see no red, green or blue (Machado, Oliveira, Fernandes 2009).</summary>
public sealed partial class ColourTests
{
    private static readonly double[][] Protan = [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]];
    private static readonly double[][] Deutan = [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]];
    private static readonly double[][] Tritan = [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]];

    [Theory]
    [InlineData("ink", "bg", 4.5)]
    [InlineData("ink", "panel", 4.5)]
    [InlineData("ink", "sunk", 4.5)]
    [InlineData("ink-2", "bg", 4.5)]
    [InlineData("ink-2", "panel", 4.5)]
    [InlineData("ink-2", "sunk", 4.5)]
    [InlineData("link", "bg", 4.5)]
    [InlineData("ok", "bg", 4.5)]
    [InlineData("ok", "panel", 4.5)]
    [InlineData("ok", "ok-tint", 4.5)]
    [InlineData("bad", "bg", 4.5)]
    [InlineData("bad", "panel", 4.5)]
    [InlineData("bad", "bad-tint", 4.5)]
    [InlineData("on-bad", "bad", 4.5)]
    [InlineData("wait", "bg", 4.5)]
    [InlineData("wait", "wait-tint", 4.5)]
    [InlineData("on-halt", "halt", 4.5)]
    [InlineData("unknown", "bg", 4.5)]
    [InlineData("unknown", "panel", 4.5)]
    [InlineData("line-strong", "bg", 3)]
    [InlineData("line-strong", "panel", 3)]
    public void Every_pair_has_its_contrast_in_both_themes(string ink, string ground, double least)
    {
        for (var theme = 0; theme < 3; theme++)
        {
            var colours = Colours(theme);
            var (a, b) = (Luminance(colours[ink]), Luminance(colours[ground]));
            var contrast = (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
            Assert.True(contrast >= least, $"theme {theme}: {ink} on {ground} is {contrast:0.00} to 1, expected {least}");
        }
    }

    [Fact]
    public void Both_ways_to_the_dark_theme_give_the_same_colours() => Assert.Equal(Colours(1), Colours(2));

    [Fact]
    public void Allowed_refused_and_pending_are_told_apart_without_their_hue()
    {
        foreach (var theme in (int[])[0, 1])
        {
            var colours = Colours(theme);
            string[] states = ["ok", "bad", "wait", "unknown"];
            foreach (var (one, other) in states.SelectMany((a, i) => states.Skip(i + 1).Select(b => (a, b))))
            {
                foreach (var sight in (double[][][])[Protan, Deutan, Tritan])
                {
                    var distance = Distance(Lab(See(sight, Linear(colours[one]))), Lab(See(sight, Linear(colours[other]))));
                    Assert.True(distance >= 15, $"theme {theme}: {one} and {other} are {distance:0.0} apart, expected 15");
                }
            }
        }
    }

    private static Dictionary<string, string> Colours(int theme)
    {
        var css = File.ReadAllText(Path.Combine(Vectors.Root, "src", "Obstat.Console", "Assets", "console.css"));
        return Colour().Matches(Root().Matches(css)[theme].Value).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value, StringComparer.Ordinal);
    }

    private static double[] Linear(string hex) => [.. (hex.Length == 3 ? string.Concat(hex.Select(d => $"{d}{d}")) : hex).Chunk(2).Select(p => int.Parse(p, NumberStyles.HexNumber) / 255.0).Select(p => p <= 0.04045 ? p / 12.92 : Math.Pow((p + 0.055) / 1.055, 2.4))];

    private static double Luminance(string hex) => Linear(hex) is [var r, var g, var b] ? (0.2126 * r) + (0.7152 * g) + (0.0722 * b) : 0;

    private static double[] See(double[][] sight, double[] colour) => [.. sight.Select(row => Math.Clamp(row.Zip(colour, (a, b) => a * b).Sum(), 0, 1))];

    private static double[] Lab(double[] c)
    {
        static double F(double t) => t > 0.008856 ? Math.Cbrt(t) : (7.787 * t) + (16.0 / 116);
        var (x, y, z) = (F(((0.4124 * c[0]) + (0.3576 * c[1]) + (0.1805 * c[2])) / 0.95047), F((0.2126 * c[0]) + (0.7152 * c[1]) + (0.0722 * c[2])), F(((0.0193 * c[0]) + (0.1192 * c[1]) + (0.9505 * c[2])) / 1.08883));
        return [(116 * y) - 16, 500 * (x - y), 200 * (y - z)];
    }

    private static double Distance(double[] a, double[] b) => Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum());

    [GeneratedRegex(@":root[^{]*\{[^}]*--bg: #[^}]*--bad:[^}]*\}")]
    private static partial Regex Root();

    [GeneratedRegex(@"--([a-z0-9-]+): #([0-9a-f]{3,6})\b")]
    private static partial Regex Colour();
}
