using System.Text;
using Obstat.Cli.Admin;
using Obstat.Cli.Checking;
using Obstat.Cli.CommandLine;
using Obstat.Cli.Hosts;
using Obstat.Cli.Installing;
using Obstat.Cli.Output;
using Obstat.Proof.Json;
using Obstat.Proof.Messages.Admin;
using Obstat.Proof.Reasons;
using Obstat.Settings;

namespace Obstat.Cli.Commands;

/// <summary>
/// <c>obstat hook</c>: the second fence. Speaks each host's protocol, where exit code 2 blocks; whatever is not understood, late or broken blocks. That it lets a call pass permits nothing: the gate
/// behind it decides.
/// </summary>
internal static class HookCommand
{
    private const int Block = 2;
    private const int EventBytesMax = 4 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static Verb Verb { get; } = new()
    {
        Path = "hook",
        About = "the second fence, which connect writes into hosts: reads a host's event, blocks what would be refused",
        Examples = ["obstat hook claude-code", "obstat hook cursor"],
        Arguments = [new("HOST", string.Join(", ", HostFacts.All.Where(h => h.Hook is not null).Select(h => h.Name)))],
        More = "Exit code 2 blocks the call: a tool server that is not registered here, a plane or gateway that is away, a call that policies refuse, an event that is not understood.\n"
            + "Advisory: hosts skip hooks in some modes. It never yields a permit; the gate behind it decides.",
        FailedCode = Block,
        RunAsync = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        var host = invocation["HOST"];
        if (!invocation.TrySettings(out var settings))
        {
            return Block;
        }

        var why = await RefusalAsync(host, settings, patience.Token).ConfigureAwait(false);
        if (why is not null)
        {
            if (host == "cursor")
            {
                invocation.Terminal.Write(JsonValue.Object(("permission", JsonValue.Of("deny")), ("user_message", JsonValue.Of(why)), ("agent_message", JsonValue.Of(why))).ToString());
            }

            invocation.Terminal.Tell(why);
            return Block;
        }

        if (host == "cursor")
        {
            invocation.Terminal.Write(JsonValue.Object(("permission", JsonValue.Of("allow"))).ToString());
        }

        return ExitCode.Done;
    }

    /// <summary>Why the call is to be blocked; null where nothing stands against it here.</summary>
    private static async Task<string?> RefusalAsync(string host, InstallationSettings settings, CancellationToken cancellation)
    {
        var (buffer, input) = (new byte[EventBytesMax + 1], Console.OpenStandardInput());
        var length = 0;
        for (int count; length < buffer.Length && (count = await input.ReadAsync(buffer.AsMemory(length), cancellation).ConfigureAwait(false)) > 0; length += count)
        {
        }

        if (!StrictJson.TryParse(buffer.AsSpan(0, length), JsonRules.Canonicalizer, new JsonLimits(EventBytesMax, 128, 1_000_000), out var told, out _) || told.Kind != JsonKind.Object)
        {
            return "Obstat blocked this call: the host's event is not understood.";
        }

        var (server, tool) = (host, told["hook_event_name"]?.AsString, told["tool_name"]?.AsString) switch
        {
            ("claude-code", "PreToolUse", { } name) when name.StartsWith("mcp__", StringComparison.Ordinal) => Split(name["mcp__".Length..], "__"),
            ("claude-code", "PreToolUse", { Length: > 0 }) => ("", ""),
            ("cursor", "beforeMCPExecution", { } name) when name.StartsWith("MCP:", StringComparison.Ordinal) => Split(name["MCP:".Length..], ":"),
            _ => (null, null),
        };
        if (server is null || tool is null)
        {
            return "Obstat blocked this call: the host's event is of no kind that is known here.";
        }

        if (server.Length == 0)
        {
            // The host's own tools are no business of a gate before tool servers.
            return null;
        }

        if (!settings.Gateway.Servers.ContainsKey(server))
        {
            return $"Obstat blocked this call: the tool server {Shown.Of(server, 64)} is not behind the gate. An operator registers it: obstat mcp add.";
        }

        using var client = new AdminClient(settings.Listen.Admin, Patience);
        var status = (await client.AskAsync<AdminRequest, StatusAnswer>(AdminRoutes.Status, new AdminRequest(), cancellation).ConfigureAwait(false)).Value;
        if (status is null || status.Refusing is not null || !DoctorCommand.Answers(settings.Listen.Local))
        {
            return $"Obstat blocked this call: {(status?.Refusing ?? DenyReason.PlaneUnavailable).ToCode()}. It did not run. Try again later.";
        }

        var arguments = told["tool_input"];
        if (arguments?.AsString is { } text && !StrictJson.TryParse(Encoding.UTF8.GetBytes(text), out arguments, out _))
        {
            return "Obstat blocked this call: its arguments are not understood.";
        }

        if (!OfflineCheck.TryServers(settings, out var servers, out _) || !OfflineCheck.TryIdentities(settings, out var identities, out _)
            || identities.Values.FirstOrDefault(i => i.Name == Installation.LocalIdentity) is not { } local)
        {
            return "Obstat blocked this call: the pins or identities of this installation cannot be read.";
        }

        var (decided, refusal) = new OfflineCheck(settings, PolicyFolder.Read(settings.Paths.Policies), servers)
            .Decide(new CheckRequest(local.Name, server, "tools/call", tool, null, arguments is { Kind: JsonKind.Object } ? arguments : JsonValue.EmptyObject), local, DateTimeOffset.UtcNow);
        return decided is { Decision.IsAllowed: true } ? null
            : $"Obstat would refuse this call: {(decided is null ? refusal.Reason : decided.Decision.Reason).ToCode()}. It did not run. {Shown.Of(decided?.Hint ?? "", 300)}".TrimEnd();
    }

    private static (string? Server, string? Tool) Split(string name, string separator)
        => name.IndexOf(separator, StringComparison.Ordinal) is var cut && cut > 0 && cut + separator.Length < name.Length ? (name[..cut], name[(cut + separator.Length)..]) : (null, null);
}
