using Microsoft.Playwright;
using Obstat.Tests;
using Obstat.Wire.Tests;

namespace Obstat.Console.Tests;

/// <summary>Every page of an installation that worked for a while, through the built programs, in both themes and two widths, to be looked at. With <c>OBSTAT_PICTURES=1</c> only: what pages say is judged by the other tests.</summary>
public sealed class GalleryTests(Browsers browsers) : IClassFixture<Browsers>
{
    private const string Policies = """
        @id("read-reports") @title("Reports may be read") @owner("research@acme")
        permit (principal is Plane::Agent, action in [files::Action::"read_text_file", files::Action::"list_directory"], resource == Plane::Server::"files");

        @id("no-writes") @title("Nothing is written over") @owner("research@acme") @agent_message("Reports are final. Ask the research team for a new one.")
        forbid (principal, action in [files::Action::"write_file", files::Action::"move_file"], resource);

        @id("watch") @title("Prices may be watched") @owner("treasury@acme")
        permit (principal, action in [Plane::Mcp::Action::"connect", Plane::Mcp::Action::"list", prices::Action::"watch"], resource == Plane::Server::"prices");
        """;

    private static readonly (int, ColorScheme)[] Looks = [(1440, ColorScheme.Light), (1440, ColorScheme.Dark), (390, ColorScheme.Light), (390, ColorScheme.Dark)];

    [Fact]
    public async Task Every_page_of_an_installation_that_worked_for_a_while_is_pictured()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("OBSTAT_PICTURES") == "1", "pictures are taken with OBSTAT_PICTURES=1");
        await using var plane = await BuiltPlane.InitAsync("payments");
        var (installation, reports) = (plane.Installation, Directory.CreateDirectory(Path.Combine(plane.Installation.Folder, "reports")).FullName);
        await File.WriteAllTextAsync(Path.Combine(reports, "q3.csv"), "region,revenue\nnorth,120\n");
        await File.WriteAllTextAsync(Path.Combine(installation.Folder, "policies", "files.cedar"), Policies);
        var payments = Directory.GetFiles(Path.Combine(Vectors.Root, ".build"), "Obstat.Samples.Payments.dll", SearchOption.AllDirectories).Where(f => !f.Contains("artifacts", StringComparison.Ordinal)).MaxBy(File.GetLastWriteTimeUtc)!;
        _ = (await installation.RunAsync("mcp", "add", "files", "--approve", "all", "--class", "read_text_file=read", "--class", "list_directory=read", "--", NodePrograms.Node, NodePrograms.Filesystem, reports)).MustExit(0);
        _ = (await installation.RunAsync("mcp", "add", "payments", "--approve", "all", "--class", "transfer=pay:amount=/amount,currency=EUR,payee=/to", "--class", "balance=read", "--class", "history=read", "--", "dotnet", payments, "--journal", Path.Combine(installation.Folder, "journal.jsonl"))).MustExit(0);
        using var server = new StreamServer();
        _ = (await installation.RunAsync("mcp", "add", "prices", "--approve", "all", "--class", "watch=read", "--url", server.Url.ToString())).MustExit(0);
        var link = await plane.UpAsync();
        await using (var files = await installation.WrapAsync("files"))
        {
            await using var money = await installation.WrapAsync("payments");
            for (var i = 0; i < 12; i++)
            {
                _ = await files.CallAsync("read_text_file", new { path = Path.Combine(reports, "q3.csv") });
                _ = await money.CallAsync("balance", new { account = "acct-1" });
                _ = await money.CallAsync("transfer", new { amount = i % 3 == 2 ? 12000 + i : 40.5 + i, to = $"acct-{7 + (i % 4)}" });
                _ = await files.CallAsync(i % 2 == 0 ? "list_directory" : "write_file", i % 2 == 0 ? new { path = reports } : new { path = Path.Combine(reports, "q3.csv"), content = "region,revenue\nnorth,999\n" });
            }

            var watching = new[] { new Watched(), new Watched(), new Watched() };
            foreach (var (desk, who) in watching.Zip(["desk-1", "desk-2", "desk-3"]))
            {
                await desk.BeginAsync(new Uri($"{installation.Resource}/mcp/prices"), await installation.TokenAsync(who));
            }

            await using var first = await browsers.OpenAsync(plane.Home, link);
            await first.GoAsync("/decisions?verdict=deny");
            var denied = (await first.Page.Locator("a.row").First.GetAttributeAsync("href"))!;
            await first.GoAsync("/decisions?verdict=allow&action=mcp.tools%2Fcall");
            var allowed = (await first.Page.Locator("a.row").First.GetAttributeAsync("href"))!;
            await first.GoAsync(denied);
            var one = (await first.Page.Locator("a[href^='/x/']").First.GetAttributeAsync("href"))!;
            await first.GoAsync(allowed);
            var other = (await first.Page.Locator("a[href^='/x/']").First.GetAttributeAsync("href"))!;
            (string Name, string Path)[] pages =
            [
                ("overview", "/"), ("decisions", "/decisions"), ("denied", denied), ("allowed", allowed), ("executions", "/executions"), ("execution", one), ("waterfall", other + "?view=waterfall"), ("graph", other + "?view=graph"), ("entries-of", other + "?view=raw"),
                ("compare", $"/compare?a={one[3..]}&b={other[3..]}"), ("leases", "/leases"), ("policies", "/policies"), ("tools", "/tools"), ("identities", "/identities"), ("ledger", "/ledger"), ("health", "/health"),
                ("point", "/health/points/gateway"), ("setup", "/setup"), ("halt", "/halt"), ("revoke", "/revoke"), ("reasons", "/reasons"), ("reason", "/reasons/Forbidden"), ("me", "/me"), ("search", "/go?q=transfer"), ("missing", "/e/999999"),
            ];
            await Assertions.Expect(first.Page.Locator("header [data-closed].ok")).ToContainTextAsync("Proved closed", new() { Timeout = 60_000 });
            await PictureAsync(first, pages);
            await first.Page.SetViewportSizeAsync(1440, 900);
            await first.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
            foreach (var (name, path) in pages.Where(p => p.Name is "overview" or "decisions" or "denied"))
            {
                await first.GoAsync(path);
                await first.PictureAsync($"readme-{name}.jpg", isWhole: false);
            }

            _ = (await installation.RunAsync("halt", "tool", "prices/watch", "--reason", "prices came twice, and nobody knows which are right")).MustExit(0);
            _ = (await installation.RunAsync("revoke", "principal", "User::desk-2@local", "--reason", "the token was seen in a chat")).MustExit(0);
            await PictureAsync(first, [("halted-overview", "/"), ("halted-halt", "/halt"), ("halted-confirm", "/halt?kind=principal&value=User::desk-1@local&reason=seen+twice"), ("halted-leases", "/leases"), ("halted-execution", other), ("revoked-identities", "/identities"), ("revoked-health", "/health")]);
            first.HasNothingAgainstIt();
            await using var everybody = await browsers.OpenAsync(plane.Everybody, null);
            (string Name, string Path)[] open = [("public", "/public"), ("public-entries", "/public/entries"), ("public-entry", $"/public/entries/{denied[3..]}"), ("public-policies", "/public/policies"), ("public-missing", "/public/entries/999999")];
            await PictureAsync(everybody, open);
            everybody.HasNothingAgainstIt();
            Array.ForEach(watching, w => w.Dispose());
        }
    }

    private static async Task PictureAsync(OpenedConsole console, (string Name, string Path)[] pages)
    {
        foreach (var (width, scheme) in Looks)
        {
            await console.Page.SetViewportSizeAsync(width, 900);
            await console.Page.EmulateMediaAsync(new() { ColorScheme = scheme });
            foreach (var (name, path) in pages)
            {
                var answer = await console.GoAsync(path);
                Assert.True(answer!.Status == (name.EndsWith("missing", StringComparison.Ordinal) ? 404 : 200), $"{path}: {answer.Status}");
                Assert.True(await console.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth") <= width, $"{path} scrolls sideways at {width}");
                await console.PictureAsync($"real-{name}-{width}-{scheme}.png");
            }
        }
    }
}
