using System.Collections.Immutable;
using System.Globalization;
using Obstat.Cli.Admin;
using Obstat.Cli.CommandLine;
using Obstat.Cli.Hosts;
using Obstat.Cli.Mcp;
using Obstat.Cli.Output;
using Obstat.Proof.Json;
using Obstat.Proof.Messages.Admin;
using Obstat.Settings;

namespace Obstat.Cli.Commands;

/// <summary><c>obstat coverage</c>.</summary>
internal static class CoverageCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static Verb Verb { get; } = new()
    {
        Path = "coverage",
        About = "for each protected server: the doors before it, what they bind, the ways round them, and the last test",
        Examples = ["obstat coverage", "obstat coverage --output json"],
        More = "Starts nothing: what doctor and connect proved last stands in the ledger, and is named here by its entry. Exit code 15: a server has a way round.",
        RunAsync = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellation)
    {
        if (!invocation.TrySettings(out var settings))
        {
            return ExitCode.Usage;
        }

        var project = Directory.GetCurrentDirectory();
        var written = HostFacts.All.SelectMany(h => WrittenServer.Of(h, project).Servers).ToArray();
        var direct = await new Survey(settings, project).DirectAsync(cancellation).ConfigureAwait(false);
        using var client = new AdminClient(settings.Listen.Admin, Patience);
        var rows = (await client.AskAsync<DecisionsRequest, DecisionsAnswer>(AdminRoutes.Decisions, new DecisionsRequest(null, 1000, false, null), cancellation).ConfigureAwait(false)).Value?.Decisions ?? [];
        var past = written.Where(w => w.ClaimsToWrap(settings) is null).ToArray();
        var resources = settings.Gateway.Servers.Values.Select(s => Of(s, settings, written, past, direct, rows)).ToImmutableArray();
        if (invocation.IsJson)
        {
            invocation.Terminal.Write("coverage", ("resources", JsonValue.Array(resources.Select(r => JsonValue.Object(
                ("server", JsonValue.Of(r.Server)), ("doors", JsonValue.Strings(r.Doors)), ("grade", JsonValue.Of("A")), ("binds", JsonValue.Of(Binds)), ("waysRound", JsonValue.Strings(r.Ways)),
                ("lastTest", r.LastTest is { } entry ? JsonValue.Of(entry) : JsonValue.Null))))));
        }
        else
        {
            foreach (var (server, doors, ways, last) in resources)
            {
                invocation.Terminal.Write($"{server}\n  doors     {string.Join(", ", doors)}; grade A\n  binds     {Binds}\n  ways      {(ways.IsEmpty ? "none found" : string.Join("\n            ", ways.Select(w => Shown.Of(w, 300))))}"
                    + $"\n  tested    {(last is { } entry ? $"entry {entry.ToString(CultureInfo.InvariantCulture)}" : "never: obstat doctor")}");
            }
        }

        var open = resources.Count(r => !r.Ways.IsEmpty);
        return open == 0 ? ExitCode.Done : invocation.Terminal.Fail(ExitCode.Open, ErrorText.Of("open", $"{open} server{(open == 1 ? "" : "s")} with a way round", "whoever goes round the gate is neither decided nor recorded", "obstat doctor      names the fix of each"));
    }

    private const string Binds = "server, tool definition, every argument, principal, this gateway";

    private static (string Server, ImmutableArray<string> Doors, ImmutableArray<string> Ways, long? LastTest) Of(
        UpstreamSettings server, InstallationSettings settings, WrittenServer[] written, WrittenServer[] past, ImmutableArray<Finding> direct, ImmutableArray<DecisionShown> rows)
    {
        ImmutableArray<string> doors =
        [
            "MCP gateway over HTTP",
            .. written.Where(w => w.ClaimsToWrap(settings) == server.Name).Select(w => $"MCP gateway over stdio, in {w.Host.Title} ({w.Scope})").Distinct(StringComparer.Ordinal),
        ];
        ImmutableArray<string> ways =
        [
            .. past.Where(w => IsSame(w, server)).Select(w => $"{w.Host.Title} ({w.Scope}) starts {w.Name} past the gate, in {w.File}"),
            .. direct.Where(d => d.State == FindingState.Open && d.What == $"server {server.Name}").Select(d => d.Detail),
        ];
        return (server.Name, doors, ways, rows.FirstOrDefault(r => r.Server == server.Name && r.Name?.StartsWith(McpServer.CanaryPrefix, StringComparison.Ordinal) == true)?.Entry);
    }

    // The same name, program or address: what a host starts under another name may still be this server.
    private static bool IsSame(WrittenServer written, UpstreamSettings server)
        => written.Name == server.Name || (server.Url is { } url && written.Url == url.ToString())
            || (server.Command is { } command && !written.Command.IsEmpty && (string[])[command, .. server.Arguments] is var words && written.Command.SequenceEqual(words, StringComparer.Ordinal));
}
