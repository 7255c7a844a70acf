using System.Collections.Immutable;
using System.Text;
using Obstat.Core.Identities;
using Obstat.Proof.Messages;
using Obstat.Proof.Pins;

namespace Obstat.Core.Decisions;

/// <summary>
/// The built-in law of the probes: one permit, for the tool that does nothing. No file adds to it. The plane's own code judges it with the same evaluators, so what lets the forbidden probe pass would let
/// more than the probe pass.
/// </summary>
internal static class CanaryLaw
{
    private const string Policies = """
        @id("canary-noop")
        permit (principal is Plane::Agent, action == canary_x2Esink::Action::"noop", resource == Plane::Server::"canary.sink");
        """;

    public static World World { get; } = Join();

    private static World Join()
    {
        var tools = new[] { CanaryProbe.Forbidden, CanaryProbe.Permitted }.ToImmutableSortedDictionary(
            name => name, name => new PinnedTool(name, CanaryProbe.ToolOf(name), ToolHash.Of(CanaryProbe.Identity, CanaryProbe.ToolOf(name))), StringComparer.Ordinal);
        var world = World.Join(
            LawLoader.Load([new LawFile("canary.cedar", [.. Encoding.UTF8.GetBytes(Policies)])]),
            new Trust(CanaryProbe.Server, "", [], [], [], [new PinnedServer(CanaryProbe.Server, CanaryProbe.Identity.Json, tools)]));
        return world.Law.IsInForce ? world : throw new InvalidOperationException(string.Join("; ", world.Law.Findings));
    }
}
