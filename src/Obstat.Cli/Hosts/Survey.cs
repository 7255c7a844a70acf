using System.Collections.Immutable;
using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Obstat.Cli.Admin;
using Obstat.Cli.Commands;
using Obstat.Cli.Mcp;
using Obstat.Cli.Output;
using Obstat.Proof.Json;
using Obstat.Proof.Messages.Admin;
using Obstat.Settings;

namespace Obstat.Cli.Hosts;

/// <summary>
/// Looks for ways round the gate. Each front is asked, through the command line exactly as it is written, for a tool that nobody has; it holds only if the ledger then has that refusal. A program
/// that merely answers alike is a way round.
/// </summary>
internal sealed class Survey(InstallationSettings settings, string project)
{
    private const int RecentRows = 100;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Everything that one host's files have.</summary>
    public async Task<ImmutableArray<Finding>> OfAsync(HostFacts host, CancellationToken cancellation)
    {
        var findings = ImmutableArray.CreateBuilder<Finding>();
        var (servers, unreadable) = WrittenServer.Of(host, project);
        findings.AddRange(unreadable.Select(u => new Finding(FindingState.Open, $"{host.Title}: a file", $"what it starts is not known: {u}", "correct the file")));
        foreach (var server in servers)
        {
            findings.Add(await OfAsync(server, cancellation).ConfigureAwait(false));
        }

        foreach (var name in settings.Gateway.Servers.Keys.Where(n => servers.All(s => s.ClaimsToWrap(settings) != n)))
        {
            findings.Add(new Finding(FindingState.Configured, $"{host.Title}: {name}", "registered, and not in this host's files", $"obstat connect {host.Name}"));
        }

        if (servers.Any(s => s.ClaimsToWrap(settings) is not null))
        {
            findings.AddRange(await HookAsync(host, servers, cancellation).ConfigureAwait(false));
            findings.Add(ShellOf(host));
        }

        return findings.DrainToImmutable();
    }

    /// <summary>The addresses of registered servers that answer this machine without the gate.</summary>
    public async Task<ImmutableArray<Finding>> DirectAsync(CancellationToken cancellation)
    {
        var findings = ImmutableArray.CreateBuilder<Finding>();
        foreach (var server in settings.Gateway.Servers.Values.Where(s => s.Url is not null))
        {
            var answers = await AnswersAsync(server.Url!, cancellation).ConfigureAwait(false);
            findings.Add(answers
                ? new(FindingState.Open, $"server {server.Name}", $"{server.Url!.GetLeftPart(UriPartial.Authority)} answers this machine without the gate", "let only the gateway reach it: a firewall rule, another network, or a credential that only the gateway has")
                : new(FindingState.Proved, $"server {server.Name}", $"{server.Url!.GetLeftPart(UriPartial.Authority)} does not answer this machine"));
        }

        return findings.DrainToImmutable();
    }

    private static async Task<bool> AnswersAsync(Uri url, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(3));
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(url.Host, url.Port, patience.Token).ConfigureAwait(false);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task<Finding> OfAsync(WrittenServer server, CancellationToken cancellation)
    {
        var what = $"{server.Host.Title}: {Shown.Of(server.Name, 64)} ({server.Scope})";
        if (server.ClaimsToWrap(settings) is not { } wraps)
        {
            return new(FindingState.Open, what, $"goes past the gate: {Shown.Of(server.Url ?? string.Join(' ', server.Command), 120)}, in {server.File}",
                IsWritten(server) ? FixOf(server)
                    : server.Url is null ? $"obstat mcp add {Shown.Of(server.Name, 32)} -- {Shown.Of(string.Join(' ', server.Command), 120)}, then obstat connect {server.Host.Name}; or take it out" : $"obstat mcp add NAME --url URL, then obstat connect {server.Host.Name}; or take it out");
        }

        if (server.Url is not null)
        {
            return new(FindingState.Configured, what, "points to the gateway; only a call of the host itself proves it", "have the host call a tool, then: obstat decisions list");
        }

        if (!DoctorCommand.Answers(settings.Listen.Local))
        {
            return new(FindingState.Configured, what, "the gateway is away, so nothing can be proved", "obstat up, then: obstat doctor");
        }

        var canary = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            patience.CancelAfter(Patience);
            var front = StdioMcpServer.Start(server.Command, server.Environment, project);
            await using (front.ConfigureAwait(false))
            {
                var tools = await front.ListToolsAsync(patience.Token).ConfigureAwait(false);
                var response = await front.CallCanaryAsync(canary, patience.Token).ConfigureAwait(false);
                return response["error"]?["code"]?.AsInteger is not -32602
                    ? new(FindingState.Open, what, "a tool that nobody approved was not refused", FixOf(server))
                    : await RecordedAsync(wraps, McpServer.CanaryPrefix + canary, cancellation).ConfigureAwait(false) is { } entry
                        ? new(FindingState.Proved, what, FormattableString.Invariant($"the written command lists {tools.Length} tools, and refused a tool that nobody approved: entry {entry}"))
                        : new(FindingState.Open, what, "it refused a tool that nobody has, but the ledger does not know of it: something else than the gate answered", FixOf(server));
            }
        }
        catch (McpFailureException e)
        {
            return new(FindingState.Open, what, $"the written command does not work: {Shown.Of(e.Message)}", $"{FixOf(server)}; what the gate says: obstat status");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new(FindingState.Open, what, FormattableString.Invariant($"the written command did not answer within {Patience.TotalSeconds:0} s"), "obstat status");
        }
    }

    /// <summary>Whether <c>connect</c> writes the entry of this name in this file.</summary>
    private bool IsWritten(WrittenServer server) => settings.Gateway.Servers.ContainsKey(server.Name) && server.Scope is ("project" or "user");

    /// <summary>What puts a front right: the command that writes it again where it stands, or, where nobody writes it, its removal.</summary>
    private string FixOf(WrittenServer server)
        => !IsWritten(server) ? $"take {Shown.Of(server.Name, 32)} out of {server.File}" : $"obstat connect {server.Host.Name}{(server.Scope == "user" ? " --scope user" : "")}";

    private async Task<long?> RecordedAsync(string server, string tool, CancellationToken cancellation)
    {
        using var client = new AdminClient(settings.Listen.Admin, Patience);
        var rows = await client.AskAsync<DecisionsRequest, DecisionsAnswer>(AdminRoutes.Decisions, new DecisionsRequest(null, RecentRows, false, null), cancellation).ConfigureAwait(false);
        return rows.Value?.Decisions.FirstOrDefault(d => d.Server == server && d.Name == tool)?.Entry;
    }

    private async Task<ImmutableArray<Finding>> HookAsync(HostFacts host, ImmutableArray<WrittenServer> servers, CancellationToken cancellation)
    {
        if (host.Hook is not { } hook)
        {
            return [];
        }

        var what = $"{host.Title}: hook";
        var path = HostFile.PathOf(project, hook.File);
        if (!HostFile.TryRead(path, out var content, out var reason))
        {
            return [new(FindingState.Open, what, reason, "correct the file")];
        }

        ImmutableArray<(JsonValue Item, JsonValue Command)> ours = [.. HostFile.At(content, hook.At).Where(l => l.Kind == JsonKind.Array).SelectMany(l => l.Items)
            .SelectMany(i => hook.CommandsOf(i).Where(c => hook.IsOurs(c, host.Name, settings)).Select(c => (i, c)))];
        if (ours.IsEmpty)
        {
            return [new(FindingState.Open, what, $"no hook of ours in {path}", $"obstat connect {host.Name}")];
        }

        var findings = ImmutableArray.CreateBuilder<Finding>();
        foreach (var (item, command) in ours)
        {
            findings.Add(await HookAsync(host, hook, path, item, command, servers, cancellation).ConfigureAwait(false));
        }

        return findings.DrainToImmutable();
    }

    /// <summary>One hook of ours. It counts where it is written as <c>connect</c> writes it, and its command, run as it stands there, blocks.</summary>
    private async Task<Finding> HookAsync(HostFacts host, HookFacts hook, string path, JsonValue item, JsonValue command, ImmutableArray<WrittenServer> servers, CancellationToken cancellation)
    {
        var (what, fix) = ($"{host.Title}: hook", $"obstat connect {host.Name}");
        var wanted = hook.CommandsOf(hook.Item)[0][hook.FailClosed]!;
        if (command[hook.FailClosed] is not { } failClosed || !failClosed.Equals(wanted))
        {
            return new(FindingState.Open, what, $"a hook that fails lets the call through: \"{hook.FailClosed}\" is not {wanted} in {path}", fix);
        }

        var line = command[hook.Command]!.AsString!;
        if (!item.Equals(HostEdit.Fill(hook.Item, "{hook}", line)))
        {
            return new(FindingState.Open, what, $"altered: it stands otherwise in {path} than connect writes it, so which calls it sees is not known", fix);
        }

        var server = servers.Select(s => s.ClaimsToWrap(settings)).First(s => s is not null)!;
        var told = HostEdit.Fill(HostEdit.Fill(hook.Event, "{server}", server), "{tool}", McpServer.CanaryPrefix + "hook");
        return await BlocksAsync(line, told, cancellation).ConfigureAwait(false)
            ? new(FindingState.Proved, what, "the written command blocks a tool that nobody approved; a hook that fails blocks by its setting")
            : new(FindingState.Open, what, "the written command does not block a tool that nobody approved", fix);
    }

    /// <summary>Runs a hook's command line as a host does; whether it says no.</summary>
    private async Task<bool> BlocksAsync(string line, JsonValue told, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            using var process = Process.Start(new ProcessStartInfo("sh", ["-c", line]) { WorkingDirectory = project, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            await process.StandardInput.BaseStream.WriteAsync(told.ToCanonicalBytes(), patience.Token).ConfigureAwait(false);
            process.StandardInput.Close();
            var said = await process.StandardOutput.ReadToEndAsync(patience.Token).ConfigureAwait(false);
            await process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
            return process.ExitCode == 2
                || (StrictJson.TryParse(Encoding.UTF8.GetBytes(said.Trim()), out var answer, out _) && answer.Kind == JsonKind.Object && answer["permission"]?.AsString == "deny");
        }
        catch (Exception e) when (e is IOException or System.ComponentModel.Win32Exception)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    private Finding ShellOf(HostFacts host)
    {
        var what = $"{host.Title}: shell tool";
        if (host.Shell is not { } shell)
        {
            return new(FindingState.Configured, what, "whether its own shell tool is closed is not known: a shell can start any server past the gate", "give the agent a machine or a user that cannot reach the servers");
        }

        var isClosed = shell.Files.Any(f => HostFile.TryRead(HostFile.PathOf(project, f), out var content, out _) && shell.Closed.Any(c => HostFile.At(content, c.At)
            .Any(v => (c.Is is not null && v.Equals(c.Is)) || (c.Holds is { } name && v.Kind == JsonKind.Array && v.Items.Any(i => i.AsString == name)))));
        return isClosed
            ? new(FindingState.Configured, what, "closed or sandboxed by the host's settings; only the host itself proves it")
            : new(FindingState.Open, what, "a shell that is not sandboxed can start any server past the gate", shell.Fix);
    }
}
