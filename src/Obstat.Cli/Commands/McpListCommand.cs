using System.Globalization;
using Obstat.Cli.CommandLine;
using Obstat.Cli.Output;
using Obstat.Cli.Pinning;
using Obstat.Proof.Json;
using Obstat.Settings;

namespace Obstat.Cli.Commands;

/// <summary><c>obstat mcp list</c>, <c>show</c> and <c>remove</c>.</summary>
internal static class McpListCommand
{
    public static Verb List { get; } = new()
    {
        Path = "mcp list",
        About = "registered tool servers and how many of their tools are pinned",
        Examples = ["obstat mcp list"],
        RunAsync = static (invocation, _) => Task.FromResult(RunList(invocation)),
    };

    public static Verb Show { get; } = new()
    {
        Path = "mcp show",
        About = "what is pinned of a server",
        Examples = ["obstat mcp show files", "obstat mcp show files --output json"],
        Arguments = [new("NAME", "a registered server")],
        RunAsync = static (invocation, _) => Task.FromResult(RunShow(invocation)),
    };

    public static Verb Remove { get; } = new()
    {
        Path = "mcp remove",
        About = "take a server out of the configuration, and its pins away",
        Examples = ["obstat mcp remove files"],
        Arguments = [new("NAME", "a registered server")],
        More = "The forbids that mcp add wrote go with it. Its classes and your own policies stay in your policy folder; one that still names the server is refused when the set is activated.",
        RunAsync = static (invocation, _) => Task.FromResult(RunRemove(invocation)),
    };

    /// <summary>Tells that a server is not registered.</summary>
    public static int NoServer(Invocation invocation, InstallationSettings settings)
        => invocation.Misused($"no server \"{Shown.Of(invocation["NAME"], 64)}\" is registered", "only a registered server can be meant",
            $"{(Spelling.Nearest(invocation["NAME"], settings.Gateway.Servers.Keys) is { } near ? $"did you mean \"{near}\"?  " : "")}registered: {(settings.Gateway.Servers.IsEmpty ? "none" : string.Join(", ", settings.Gateway.Servers.Keys))}");

    private static int RunList(Invocation invocation)
    {
        if (!invocation.TrySettings(out var settings))
        {
            return ExitCode.Usage;
        }

        var rows = settings.Gateway.Servers.Values.Select(s => (Server: s, Ok: PinFile.TryRead(settings, s.Name, out var pin, out var reason), Pin: pin, Reason: reason)).ToArray();
        if (invocation.IsJson)
        {
            invocation.Terminal.Write("mcp-list", ("servers", JsonValue.Array(rows.Select(r => JsonValue.Object(
                ("name", JsonValue.Of(r.Server.Name)),
                ("url", JsonValue.Of(r.Server.Url?.ToString())),
                ("command", r.Server.Command is { } command ? JsonValue.Strings([command, .. r.Server.Arguments]) : JsonValue.Null),
                ("pinned", r.Ok ? JsonValue.Of(r.Pin?.Tools.Length ?? 0) : JsonValue.Null),
                ("error", JsonValue.Of(r.Reason)))))));
            return ExitCode.Done;
        }

        var table = new Table("SERVER", "PINNED", "WHAT");
        foreach (var (server, ok, pin, _) in rows)
        {
            table.Add(server.Name, ok ? (pin?.Tools.Length ?? 0).ToString(CultureInfo.InvariantCulture) : "pin does not verify", server.Url?.ToString() ?? string.Join(' ', server.Arguments.Prepend(server.Command!)));
        }

        invocation.Terminal.Write(table);
        return ExitCode.Done;
    }

    private static int RunShow(Invocation invocation)
    {
        if (!invocation.TrySettings(out var settings))
        {
            return ExitCode.Usage;
        }

        var name = invocation["NAME"];
        if (!settings.Gateway.Servers.TryGetValue(name, out var server))
        {
            return NoServer(invocation, settings);
        }

        if (!PinFile.TryRead(settings, name, out var pin, out var reason))
        {
            return invocation.Terminal.Fail(ExitCode.NotVerified, ErrorText.Of("pin", reason, "every call to it is refused", $"obstat mcp repin {name}"));
        }

        if (invocation.IsJson)
        {
            invocation.Terminal.Write("mcp-show",
                ("name", JsonValue.Of(name)),
                ("identity", server.Identity.Json),
                ("tools", JsonValue.Array((pin?.Tools ?? []).Select(t => JsonValue.Object(("name", JsonValue.Of(t.Name)), ("hash", JsonValue.Of($"sha256:{t.Hash.ToHex()}")), ("tool", t.Tool))))));
            return ExitCode.Done;
        }

        var table = new Table("TOOL", "HASH", "DESCRIPTION");
        foreach (var tool in pin?.Tools ?? [])
        {
            table.Add(tool.Name, $"sha256:{tool.Hash.ToHex()[..12]}", (tool.Tool["description"]?.AsString ?? "").Split('\n')[0]);
        }

        invocation.Terminal.Write(table);
        return ExitCode.Done;
    }

    private static int RunRemove(Invocation invocation)
    {
        if (!invocation.TrySettings(out var settings))
        {
            return ExitCode.Usage;
        }

        var name = invocation["NAME"];
        if (!settings.Gateway.Servers.ContainsKey(name))
        {
            return NoServer(invocation, settings);
        }

        if (!Registration.TryRemove(settings, name, out var text, out _, out var error))
        {
            invocation.Terminal.Tell(error.ToString());
            return ExitCode.Usage;
        }

        Registration.Write(settings.File, text);
        File.Delete(settings.Paths.Pin(name));

        // A policy about tools of a server that is not registered makes the whole set invalid: what we wrote ourselves goes too.
        var closed = ClosedTools.PathOf(settings, name);
        if (File.Exists(closed) && ClosedTools.IsOurs(name, File.ReadAllText(closed)))
        {
            File.Delete(closed);
            invocation.Terminal.Tell($"removed {closed}: the forbids that mcp add wrote");
        }
        else if (File.Exists(closed))
        {
            invocation.Terminal.Tell($"note    {closed} was edited and stays: a policy there that names a tool of {name} makes the set invalid; take it out");
        }

        if (invocation.IsJson)
        {
            invocation.Terminal.Write("mcp-remove", ("server", JsonValue.Of(name)));
        }
        else
        {
            invocation.Terminal.Write($"removed {name}");
        }

        invocation.Terminal.Tell("closed  a running gateway opens no new connection to it; what is open ends with its client");
        return ExitCode.Done;
    }
}
