using CsCheck;
using Obstat.Console.Parts;

namespace Obstat.Console.Tests;

/// <summary>Texts of others are shown, and do nothing else.</summary>
public sealed class HostileTextTests(Browsers browsers) : IClassFixture<Browsers>
{
    [Fact]
    public async Task An_argument_that_lies_is_shown_with_its_code_points_and_runs_nothing()
    {
        await using var plane = await PlaneDouble.StartAsync();
        await using var console = await browsers.OpenAsync(plane);
        foreach (var path in (string[])["/e/203", "/tools", "/decisions"])
        {
            await console.GoAsync(path);
            Assert.Equal(0, await console.Page.Locator("main script").CountAsync());
            Assert.NotEqual("ran", await console.Page.TitleAsync());
            var chips = await console.Page.Locator(".cp").AllInnerTextsAsync();
            Assert.Contains("U+202E", chips);
            Assert.Contains("U+200B", chips);
            Assert.Contains("U+0007", chips);
            Assert.Contains("<script>document.title='ran'</script>\"'&", await console.Page.EvaluateAsync<string>("() => document.querySelector('main').textContent"), StringComparison.Ordinal);
        }

        console.HasNothingAgainstIt();
    }

    [Fact]
    public void Of_any_text_nothing_hidden_remains_and_nothing_is_lost() => Gen.String[Gen.Char, 0, 40].Sample(text =>
    {
        var parts = ShownText.Parts(text);
        foreach (var (shown, point) in parts.Where(p => p.CodePoint is null))
        {
            Assert.DoesNotContain(shown, c => char.IsControl(c) || c is '\u202E' or '\u200B' or '\uFEFF' or '\u2066' or '\u00A0');
        }

        Assert.Equal(text, string.Concat(parts.Select(p => p.CodePoint is null ? p.Text : Back(p.Text))));
    });

    [Theory]
    [InlineData("\U000E0041", "U+E0041")]
    [InlineData("\u3164", "U+3164")]
    [InlineData("\uFE0F", "U+FE0F")]
    public void What_has_no_picture_has_its_code_point(string text, string expected) => Assert.Equal(expected, Assert.Single(ShownText.Parts(text)).Text);

    [Fact]
    public void Half_a_character_has_its_code_point() => Assert.Equal("U+D800", Assert.Single(ShownText.Parts(new string((char)0xD800, 1))).Text);

    [Theory]
    [InlineData("שלום")]
    [InlineData("日本語 ✓ 👍")]
    [InlineData("plain text")]
    public void What_has_a_picture_is_left_alone(string text) => Assert.Equal(text, Assert.Single(ShownText.Parts(text)).Text);

    private static string Back(string point)
    {
        var value = int.Parse(point[2..], System.Globalization.NumberStyles.HexNumber);
        return value is >= 0xD800 and <= 0xDFFF ? ((char)value).ToString() : char.ConvertFromUtf32(value);
    }
}
