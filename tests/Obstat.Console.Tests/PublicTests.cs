using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Obstat.Wire.Tests;

namespace Obstat.Console.Tests;

/// <summary>The pages for everybody: readable by everyone, without a cookie, a form or a script, and never in the colour of what is well for a plane that they cannot watch.</summary>
public sealed partial class PublicTests(Browsers browsers) : IClassFixture<Browsers>
{
    private static readonly (string Name, string Path)[] Pages =
        [("public", "/public"), ("public-entries", "/public/entries"), ("public-entry", "/public/entries/811"), ("public-unreadable", "/public/entries/808"), ("public-policies", "/public/policies"), ("public-missing", "/public/entries/5")];

    [Theory]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task Every_public_page_keeps_the_rules_of_access_and_needs_nothing_of_the_reader(int width, ColorScheme scheme)
    {
        await using var site = await PublicDouble.StartAsync();
        await using var console = await browsers.OpenAsync(site.Address, null, width, scheme);
        var wrong = new List<string>();
        foreach (var (name, path) in Pages)
        {
            var answer = await console.GoAsync(path);
            Assert.False((await answer!.AllHeadersAsync()).ContainsKey("set-cookie"));
            await console.PictureAsync($"{name}-{width}-{scheme}.png");
            Assert.Equal(0, await console.Page.Locator("form, script, input, ob-live").CountAsync());
            Assert.All(await console.Page.Locator(".ok").AllInnerTextsAsync(), verdict => Assert.Equal("ALLOWED", verdict.Trim()));
            Assert.True(await console.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth") <= width, path);
            var (violations, incomplete) = await console.AxeAsync();
            wrong.AddRange(violations.Concat(incomplete.Where(i => !Judged.IsKnown(name, i))).Select(v => $"{name}: {v}"));
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Distinct()));
        console.HasNothingAgainstIt();
    }

    [Fact]
    public async Task What_is_asked_for_by_anything_but_reading_or_of_the_console_is_refused()
    {
        await using var site = await PublicDouble.StartAsync();
        using var http = new HttpClient { BaseAddress = site.Address };
        using var post = await http.PostAsync("/public", null);
        Assert.Equal(405, (int)post.StatusCode);
        foreach (var path in (string[])["/decisions", "/login", "/halt", "/e/1", "/public/entries/x", "/public/entries/0811", "/public/halt", "/assets/console.js"])
        {
            using var answer = await http.GetAsync(path);
            Assert.Equal(404, (int)answer.StatusCode);
        }

        foreach (var path in (string[])["/public?x=1", "/public/policies?after=1", "/public/entries/811?x=1"])
        {
            using var answer = await http.GetAsync(path);
            Assert.Equal(400, (int)answer.StatusCode);
        }

        using var page = await http.GetAsync("/public");
        Assert.Equal("public, max-age=10", page.Headers.CacheControl!.ToString());
    }

    [Fact]
    public async Task A_plane_that_is_away_open_or_damaged_is_told()
    {
        await using var site = await PublicDouble.StartAsync();
        using var http = new HttpClient { BaseAddress = site.Address };
        site.State = site.State with { Proved = new Api.PublicProvedView(World.Now, true, 15), IsDamaged = true, IsServing = false };
        var open = await http.GetStringAsync("/public");
        Assert.Contains("OPEN: a probe had an effect", open, StringComparison.Ordinal);
        Assert.Contains("nothing is permitted now", open, StringComparison.Ordinal);
        foreach (var (_, path) in Pages)
        {
            using var damaged = await http.GetAsync(path);
            Assert.Contains("is not what was signed", await damaged.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        Assert.DoesNotContain("1970", await http.GetStringAsync("/public/entries"), StringComparison.Ordinal);
        site.IsSilent = true;
        using var away = await http.GetAsync("/public");
        Assert.Equal(503, (int)away.StatusCode);
        Assert.Equal("no-store", away.Headers.CacheControl!.ToString());
        Assert.Contains("does not answer", await away.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_that_names_anybody_or_what_was_asked_for_is_in_the_bytes_of_any_public_page_of_the_built_programs()
    {
        await using var plane = await BuiltPlane.InitAsync("read-only");
        var (installation, tree) = (plane.Installation, Directory.CreateDirectory(Path.Combine(plane.Installation.Folder, "grotto-tree")).FullName);
        _ = (await installation.RunAsync("mcp", "add", "grotto", "--approve", "all", "--class", "read_text_file=read", "--", NodePrograms.Node, NodePrograms.Filesystem, tree)).MustExit(0);
        await File.WriteAllTextAsync(Path.Combine(tree, "ledgerdemain.txt"), "quixotic");
        await File.WriteAllTextAsync(
            Path.Combine(installation.Folder, "policies", "ours.cedar"), "@id(\"kept-for-us\") @agent_message(\"Ask Mallory.\") forbid (principal, action == grotto::Action::\"write_file\", resource);\n@id(\"told-to-all\") @public(\"true\") permit (principal, action in [Plane::Mcp::Action::\"connect\", Plane::Mcp::Action::\"list\"], resource);\n");
        _ = await plane.UpAsync();
        await using (var client = await installation.WrapAsync("grotto"))
        {
            _ = await client.CallAsync("read_text_file", new { path = Path.Combine(tree, "ledgerdemain.txt") });
            _ = await client.CallAsync("write_file", new { path = Path.Combine(tree, "ledgerdemain.txt"), content = "zymurgy" });
        }

        var secrets = new[] { "grotto", "read_text_file", "write_file", "ledgerdemain", "zymurgy", "quixotic", "kept-for-us", "Mallory", "uid:", "Agent::", "gateway", "127.0.0.1", installation.Folder, "cookie", "<form", "<script", "<input" };
        using var everybody = new HttpClient { BaseAddress = plane.Everybody };
        var paths = new List<string> { "/public", "/public/entries", "/public/policies", "/public?grotto=1", "/public/grotto", "/public/entries?limit=grotto" };
        var published = System.Diagnostics.Stopwatch.StartNew();
        while (!(await everybody.GetStringAsync("/public/entries")).Contains("Forbidden", StringComparison.Ordinal))
        {
            // An answer is kept for ten seconds.
            Assert.True(published.Elapsed < TimeSpan.FromSeconds(30), "the refusal was not published");
            await Task.Delay(500);
        }

        var list = await everybody.GetStringAsync("/public/entries");
        var last = EntryLink().Matches(list).Max(m => long.Parse(m.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture));
        for (var i = 0L; i <= last; i++)
        {
            paths.Add(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"/public/entries/{i}"));
        }

        foreach (var path in paths)
        {
            using var answer = await everybody.GetAsync(path);
            var said = await answer.Content.ReadAsStringAsync() + answer.Headers;
            Assert.DoesNotContain(secrets, s => said.Contains(s, StringComparison.OrdinalIgnoreCase));
        }

        Assert.Contains("told-to-all", await everybody.GetStringAsync("/public/policies"), StringComparison.Ordinal);
        Assert.Contains("At ", await everybody.GetStringAsync("/public"), StringComparison.Ordinal);
        foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            await using var console = await browsers.OpenAsync(plane.Everybody, null, scheme: scheme);
            foreach (var path in (string[])["/public", "/public/entries", $"/public/entries/{last}", "/public/policies"])
            {
                _ = await console.GoAsync(path);
                var (violations, incomplete) = await console.AxeAsync();
                Assert.Empty(violations.Concat(incomplete.Where(i => !Judged.IsKnown("public", i))));
            }

            console.HasNothingAgainstIt();
        }
    }

    [GeneratedRegex("href=\"/public/entries/([0-9]+)\"")]
    private static partial Regex EntryLink();
}
