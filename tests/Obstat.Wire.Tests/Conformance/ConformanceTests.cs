using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Obstat.Wire.Tests.Conformance;

/// <summary>The official conformance runner, directly and through the built programs: under a policy that permits all, the gate changes no result of a check; without one, no call goes through. It says nothing about security.</summary>
public sealed class ConformanceTests
{
    // A stream that its server cut is not picked up again on the side of the server: the scenario is not scored, and what it looks at is optional.
    private const string NotOffered = "server-sse-polling/";

    // What may be better through the gate: it checks names of hosts, and, not scored, headers of arguments, which handlers of the SDK do not.
    private static readonly string[] Better = ["dns-rebinding-protection/localhost-host-rebinding-rejected/", "http-custom-header-server-validation/"];

    // All that the servers of these tests offer.
    private const string Everything = """@id("everything") permit (principal, action, resource);""";

    [Theory]
    [InlineData("2025-11-25")]
    [InlineData("2026-07-28")]
    public async Task Every_check_has_the_same_result_through_the_gate(string revision)
    {
        using var server = new ConformanceServer(revision);
        await using var gate = await GateAsync(server.Url, Everything);
        var (direct, failed) = Run(server.Url, revision);
        var (through, _) = Run(gate.Url, revision);
        Assert.True(direct.Count > 40, $"{direct.Count} checks ran");
        Assert.True(failed.Length <= 1, "scored checks that fail without the gate: " + string.Join('\n', failed));
        var differences = Differences(direct, through, Better);
        Assert.True(differences.Length == 0, differences);
        Assert.True(through.Count >= direct.Count, $"{through.Count} checks ran through the gate, {direct.Count} without it");
    }

    [Fact]
    public async Task Every_check_of_the_reference_server_has_the_same_result_through_the_gate_or_a_better_one()
    {
        // The suite calls tools by names of its own. This server answers for tools that it does not have; the gate refuses them.
        const string Unlisted = "tools-call-";
        using var server = await EverythingServer.StartAsync();
        await using var gate = await GateAsync(server.Url, Everything);
        var (direct, _) = Run(server.Url, "2025-11-25");
        var (through, _) = Run(gate.Url, "2025-11-25");
        Assert.True(direct.Count > 40, $"{direct.Count} checks ran");
        var differences = Differences(Without(direct, Unlisted), Without(through, Unlisted), [""]);
        Assert.True(differences.Length == 0, differences);
    }

    [Theory]
    [InlineData("2025-11-25")]
    [InlineData("2026-07-28")]
    public async Task Without_a_policy_no_call_goes_through(string revision)
    {
        using var server = new ConformanceServer(revision);
        await using var gate = await GateAsync(server.Url, policies: null);
        var (through, _) = Run(gate.Url, revision);
        Assert.Contains(through, check => check.Key.StartsWith("tools-call", StringComparison.Ordinal));
        Assert.DoesNotContain(through, check => check.Key.StartsWith("tools-call", StringComparison.Ordinal) && !check.Key.Contains("wire-schema-valid", StringComparison.Ordinal) && check.Value == "SUCCESS");
    }

    /// <summary>The built programs before a server, under one policy or under none.</summary>
    private static async Task<Governed> GateAsync(string url, string? policies)
    {
        var installation = await Installation.InitAsync("read-only");
        _ = (await installation.RunAsync("mcp", "add", "s", "--approve", "all", "--url", url)).MustExit(0);
        await SettleAsync(installation);
        await installation.PoliciesAsync(policies ?? Everything);
        await installation.UpAsync();
        var token = await installation.TokenAsync("caller");
        if (policies is null)
        {
            // No policy can be activated away: its folder is empty when the plane starts again.
            await installation.DownAsync();
            Directory.Delete(Path.Combine(installation.Folder, "policies"), recursive: true);
            _ = Directory.CreateDirectory(Path.Combine(installation.Folder, "policies"));
            await installation.UpAsync();
        }

        return new Governed(installation, await BearerProxy.StartAsync($"127.0.0.1:{installation.Port}", token));
    }

    private static SortedDictionary<string, string> Without(SortedDictionary<string, string> checks, string prefix)
        => new(checks.Where(c => !c.Key.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary(), StringComparer.Ordinal);

    // The suite comes as a browser on this machine would, and keeps streams open.
    private static async Task SettleAsync(Installation installation)
    {
        var file = Path.Combine(installation.Folder, "obstat.json");
        var settings = JsonNode.Parse(await File.ReadAllTextAsync(file), documentOptions: new() { CommentHandling = System.Text.Json.JsonCommentHandling.Skip, AllowTrailingCommas = true })!;
        settings["limits"]!["permit"] = "30s";
        settings["gateway"]!["origins"] = new JsonArray(installation.Resource);
        await File.WriteAllTextAsync(file, settings.ToJsonString());
    }

    private static string Differences(SortedDictionary<string, string> direct, SortedDictionary<string, string> through, string[] better)
        => string.Join('\n', direct.Keys.Union(through.Keys).Where(check => direct.GetValueOrDefault(check) != through.GetValueOrDefault(check))
            .Where(check => !check.StartsWith(NotOffered, StringComparison.Ordinal) && !(better.Any(b => check.StartsWith(b, StringComparison.Ordinal)) && (direct.GetValueOrDefault(check), through.GetValueOrDefault(check)) == ("FAILURE", "SUCCESS")))
            .Select(check => $"{check}: direct {direct.GetValueOrDefault(check)}, through {through.GetValueOrDefault(check)}"));

    /// <summary>Runs the runner: status by scenario, check and occurrence, and the scored checks that failed.</summary>
    private static (SortedDictionary<string, string> Statuses, string[] Failed) Run(string url, string revision)
    {
        var output = Directory.CreateTempSubdirectory("conformance").FullName;
        try
        {
            var start = new ProcessStartInfo(NodePrograms.Node, [NodePrograms.Conformance, "server", "--url", url, "--requirements", revision, "--output-dir", output])
            { RedirectStandardError = true, RedirectStandardOutput = true };
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            _ = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            var statuses = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach (var folder in Directory.GetDirectories(output).Order(StringComparer.Ordinal))
            {
                var scenario = System.Text.RegularExpressions.Regex.Replace(Path.GetFileName(folder), "^server-|-[0-9]{4}-[0-9]{2}-[0-9]{2}T.*$", "");
                var seen = new Dictionary<string, int>(StringComparer.Ordinal);
                if (!File.Exists(Path.Combine(folder, "checks.json")))
                {
                    // The scenario gave up before its first check.
                    continue;
                }

                foreach (var check in JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "checks.json")))!.AsArray())
                {
                    var id = (string)check!["id"]!;
                    var number = seen[id] = seen.GetValueOrDefault(id) + 1;
                    statuses[$"{scenario}/{id}/{number}"] = (string)check["status"]!;
                }
            }

            Assert.True(statuses.Count > 0, errors.Result);
            var scored = File.ReadAllText(NodePrograms.Requirements(revision)).Split("not_scored:")[0].Split("client:")[0];
            return (statuses, [.. statuses.Where(s => s.Value == "FAILURE" && scored.Contains($"- {s.Key.Split('/')[0]}\n", StringComparison.Ordinal)).Select(s => s.Key)]);
        }
        finally
        {
            Directory.Delete(output, recursive: true);
        }
    }

    private sealed record Governed(Installation Installation, BearerProxy Proxy) : IAsyncDisposable
    {
        public string Url => $"{Proxy.Address}/mcp/s";

        public async ValueTask DisposeAsync()
        {
            await Proxy.DisposeAsync();
            await Installation.DisposeAsync();
        }
    }
}
