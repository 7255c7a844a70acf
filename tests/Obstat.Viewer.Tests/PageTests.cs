using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Obstat.Tests;

namespace Obstat.Viewer.Tests;

public sealed partial class PageTests
{
    private static readonly string Page = File.ReadAllText(ViewerPage.Html);

    [Fact]
    public void The_committed_page_is_what_its_parts_give()
    {
        var parts = Path.Combine(Vectors.Root, "viewer", "parts");
        var script = "\n\"use strict\";\n(() => {\n" + string.Concat(Directory.GetFiles(parts, "*.js").Order(StringComparer.Ordinal).Select(File.ReadAllText)) + "})();\n";
        var style = "\n" + File.ReadAllText(Path.Combine(parts, "verify.css"));
        var expected = File.ReadAllText(Path.Combine(parts, "page.html"))
            .Replace("@script-hash@", Hash(script), StringComparison.Ordinal)
            .Replace("@style-hash@", Hash(style), StringComparison.Ordinal)
            .Replace("@style@", $"<style>{style}</style>", StringComparison.Ordinal)
            .Replace("@script@", $"<script>{script}</script>", StringComparison.Ordinal);
        Assert.True(expected == Page, "viewer/verify.html is older than its parts: run viewer/build");
    }

    [Fact]
    public void The_policy_of_the_page_allows_its_own_script_and_style_and_nothing_else()
    {
        var script = Assert.Single(Script().Matches(Page)).Groups[1].Value;
        var style = Assert.Single(Style().Matches(Page)).Groups[1].Value;
        var expected = $"default-src 'none'; script-src 'sha256-{Hash(script)}'; style-src 'sha256-{Hash(style)}'; img-src data:; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
        Assert.Contains($"<meta http-equiv=\"Content-Security-Policy\" content=\"{expected}\">", Page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_names_no_address_except_identifiers()
    {
        var addresses = Address().Matches(Page).Select(match => match.Value).Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(["http://www.w3.org/2000/svg", "https://execution.example/evidence/", "https://in-toto.io/Statement/v1", @"https:\/\/execution"], addresses);
    }

    [Fact]
    public void The_script_has_no_way_out_of_the_page()
        => Assert.DoesNotMatch(@"\b(fetch|XMLHttpRequest|WebSocket|EventSource|sendBeacon|importScripts|eval|Worker|localStorage|sessionStorage|indexedDB|document\.cookie|innerHTML|outerHTML|insertAdjacentHTML|document\.write)\b", Script().Match(Page).Groups[1].Value);

    [Fact]
    public void The_page_is_one_file_of_at_most_150_kilobytes() => Assert.InRange(new FileInfo(ViewerPage.Html).Length, 1, 150 * 1024);

    private static string Hash(string text) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    [GeneratedRegex("<script>(.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex Script();

    [GeneratedRegex("<style>(.*?)</style>", RegexOptions.Singleline)]
    private static partial Regex Style();

    [GeneratedRegex(@"https?:(?:\\?/){2}[^""'\s\\<>(]+")]
    private static partial Regex Address();
}
