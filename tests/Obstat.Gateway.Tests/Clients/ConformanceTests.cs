using System.Diagnostics;
using System.Text.Json.Nodes;
using Obstat.Gateway.Tests.Http;
using Obstat.Gateway.Upstreams;
using Obstat.Wire.Tests;

namespace Obstat.Gateway.Tests.Clients;

/// <summary>The official conformance runner: under a policy that permits all, the gate changes no result of a check; without one, no call goes through. It says nothing about security.</summary>
public sealed class ConformanceTests
{
    // Picking up a stream that was cut is not offered: the scenario is not scored, and what it looks at is optional.
    private const string NotOffered = "server-sse-polling/";

    [Fact]
    public async Task Every_check_has_the_same_result_through_the_gate_or_a_better_one()
    {
        using var server = new ReferenceServer();
        var door = new FakeDoor { PermitsAll = true };
        _ = await ReferenceServer.PinAsync(door, new HttpUpstream(server.Url, TimeProvider.System));
        await using var gate = await HttpGate.StartAsync(door, () => new HttpUpstream(server.Url, TimeProvider.System), "http://gate.test");
        await using var proxy = await BearerProxy.StartAsync(gate.Address, "gate.test");
        var direct = Run(server.Url.ToString());
        var through = Run($"{proxy.Address}/mcp/s");
        Assert.True(direct.Count > 40, $"{direct.Count} checks ran");
        var differences = direct.Keys.Union(through.Keys).Where(check => direct.GetValueOrDefault(check) != through.GetValueOrDefault(check))
            .Where(check => !check.StartsWith(NotOffered, StringComparison.Ordinal) && (direct.GetValueOrDefault(check), through.GetValueOrDefault(check)) != ("FAILURE", "SUCCESS"))
            .Select(check => $"{check}: direct {direct.GetValueOrDefault(check)}, through {through.GetValueOrDefault(check)}");
        var text = string.Join('\n', differences);
        Assert.True(text.Length == 0, text);
    }

    [Fact]
    public async Task Without_a_policy_no_call_goes_through()
    {
        using var server = new ReferenceServer();
        var door = new FakeDoor { Away = Obstat.Proof.Reasons.DenyReason.PolicyMissing };
        await using var gate = await HttpGate.StartAsync(door, () => new HttpUpstream(server.Url, TimeProvider.System));
        await using var proxy = await BearerProxy.StartAsync(gate.Address, "gate.test");
        Assert.DoesNotContain(Run($"{proxy.Address}/mcp/s"), check => check.Key.StartsWith("tools-call", StringComparison.Ordinal) && !check.Key.Contains("wire-schema-valid", StringComparison.Ordinal) && check.Value == "SUCCESS");
    }

    /// <summary>Runs the runner: status by scenario, check and occurrence.</summary>
    private static SortedDictionary<string, string> Run(string url)
    {
        var output = Directory.CreateTempSubdirectory("conformance").FullName;
        try
        {
            var start = new ProcessStartInfo(NodePrograms.Node, [NodePrograms.Conformance, "server", "--url", url, "--requirements", "2025-11-25", "--output-dir", output])
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
                foreach (var check in JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "checks.json")))!.AsArray())
                {
                    var id = (string)check!["id"]!;
                    var number = seen[id] = seen.GetValueOrDefault(id) + 1;
                    statuses[$"{scenario}/{id}/{number}"] = (string)check["status"]!;
                }
            }

            Assert.True(statuses.Count > 0, errors.Result);
            return statuses;
        }
        finally
        {
            Directory.Delete(output, recursive: true);
        }
    }
}
