using System.Diagnostics;
using System.Text.Json.Nodes;
using Obstat.Gateway.Methods;
using Obstat.Gateway.Tests.Http;
using Obstat.Gateway.Upstreams;
using Obstat.Proof.Reasons;
using Obstat.Wire.Tests;

namespace Obstat.Gateway.Tests.Clients;

/// <summary>The official conformance runner: under a policy that permits all, the gate changes no result of a check; without one, no call goes through. It says nothing about security.</summary>
public sealed class ConformanceTests
{
    // A stream that its server cut is not picked up again on the side of the server: the scenario is not scored, and what it looks at is optional.
    private const string NotOffered = "server-sse-polling/";

    // What may be better through the gate: it checks names of hosts, and, not scored, headers of arguments, which handlers of the SDK do not.
    private static readonly string[] Better = ["dns-rebinding-protection/localhost-host-rebinding-rejected/", "http-custom-header-server-validation/"];

    [Theory]
    [InlineData("2025-11-25")]
    [InlineData("2026-07-28")]
    public async Task Every_check_has_the_same_result_through_the_gate(string revision)
    {
        using var server = new ConformanceServer(RevisionText.Parse(revision));
        var door = new FakeDoor { PermitsAll = true };
        await server.PinAsync(door);
        await using var gate = await HttpGate.StartAsync(door, () => new HttpUpstream(server.Url, TimeProvider.System), "http://gate.test");
        await using var proxy = await BearerProxy.StartAsync(gate.Address, "gate.test");
        var (direct, failed) = Run(server.Url.ToString(), revision);
        var (through, _) = Run($"{proxy.Address}/mcp/s", revision);
        Assert.True(direct.Count > 40, $"{direct.Count} checks ran");
        Assert.True(failed.Length <= 1, "scored checks that fail without the gate: " + string.Join('\n', failed));
        var differences = direct.Keys.Union(through.Keys).Where(check => direct.GetValueOrDefault(check) != through.GetValueOrDefault(check))
            .Where(check => !check.StartsWith(NotOffered, StringComparison.Ordinal) && !(Better.Any(b => check.StartsWith(b, StringComparison.Ordinal)) && (direct.GetValueOrDefault(check), through.GetValueOrDefault(check)) == ("FAILURE", "SUCCESS")))
            .Select(check => $"{check}: direct {direct.GetValueOrDefault(check)}, through {through.GetValueOrDefault(check)}");
        var text = string.Join('\n', differences);
        Assert.True(text.Length == 0, text);
        Assert.True(through.Count >= direct.Count, $"{through.Count} checks ran through the gate, {direct.Count} without it");
    }

    [Fact]
    public async Task Every_check_of_the_reference_server_has_the_same_result_through_the_gate_or_a_better_one()
    {
        using var server = new ReferenceServer();
        var door = new FakeDoor { PermitsAll = true };
        _ = await ReferenceServer.PinAsync(door, new HttpUpstream(server.Url, TimeProvider.System));
        await using var gate = await HttpGate.StartAsync(door, () => new HttpUpstream(server.Url, TimeProvider.System), "http://gate.test");
        await using var proxy = await BearerProxy.StartAsync(gate.Address, "gate.test");
        var (direct, _) = Run(server.Url.ToString(), "2025-11-25");
        var (through, _) = Run($"{proxy.Address}/mcp/s", "2025-11-25");
        Assert.True(direct.Count > 40, $"{direct.Count} checks ran");
        var text = string.Join('\n', direct.Keys.Union(through.Keys).Where(check => direct.GetValueOrDefault(check) != through.GetValueOrDefault(check))
            .Where(check => !check.StartsWith(NotOffered, StringComparison.Ordinal) && (direct.GetValueOrDefault(check), through.GetValueOrDefault(check)) != ("FAILURE", "SUCCESS"))
            .Select(check => $"{check}: direct {direct.GetValueOrDefault(check)}, through {through.GetValueOrDefault(check)}"));
        Assert.True(text.Length == 0, text);
    }

    [Theory]
    [InlineData("2025-11-25")]
    [InlineData("2026-07-28")]
    public async Task Without_a_policy_no_call_goes_through(string revision)
    {
        using var server = new ConformanceServer(RevisionText.Parse(revision));
        var door = new FakeDoor { Away = DenyReason.PolicyMissing };
        await using var gate = await HttpGate.StartAsync(door, () => new HttpUpstream(server.Url, TimeProvider.System));
        await using var proxy = await BearerProxy.StartAsync(gate.Address, "gate.test");
        var (through, _) = Run($"{proxy.Address}/mcp/s", revision);
        Assert.Contains(through, check => check.Key.StartsWith("tools-call", StringComparison.Ordinal));
        Assert.DoesNotContain(through, check => check.Key.StartsWith("tools-call", StringComparison.Ordinal) && !check.Key.Contains("wire-schema-valid", StringComparison.Ordinal) && check.Value == "SUCCESS");
    }

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
}
