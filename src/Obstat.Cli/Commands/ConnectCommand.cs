using System.Collections.Immutable;
using Obstat.Cli.CommandLine;
using Obstat.Cli.Hosts;
using Obstat.Cli.Output;
using Obstat.Proof.Json;
using Obstat.Settings;

namespace Obstat.Cli.Commands;

/// <summary><c>obstat connect</c>.</summary>
internal static class ConnectCommand
{
    public static Verb Verb { get; } = new()
    {
        Path = "connect",
        About = "put the gate into an agent host's configuration, and prove it through what was written",
        Examples = ["obstat connect claude-code", "obstat connect cursor --dry-run", "obstat connect vscode --undo"],
        Arguments = [new("HOST", string.Join(", ", HostFacts.All.Select(h => h.Name)))],
        Options =
        [
            new("--dry-run", null, "show what would change, and change nothing"),
            new("--undo", null, "give the files back the bytes that they had before"),
            new("--scope", "project|user", "whose file (default: project, the folder where you are)"),
        ],
        More = "Every registered server gets an entry that starts its front (obstat mcp wrap); other entries and comments stay. The old bytes are kept in the data folder.\n"
            + "Then each front is asked, through the written command line, for a tool that nobody has: it holds only if the ledger has that refusal.\n"
            + "Exit code 15: a way round the gate was found; it is named with its fix.",
        RunAsync = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellation)
    {
        if (HostFacts.All.FirstOrDefault(h => h.Name == invocation["HOST"]) is not { } host)
        {
            return invocation.Misused($"\"{Shown.Of(invocation["HOST"], 64)}\" is no host that is known here", "only files whose form is known are written",
                $"{(Spelling.Nearest(invocation["HOST"], HostFacts.All.Select(h => h.Name)) is { } near ? $"did you mean \"{near}\"?  " : "")}known: {string.Join(", ", HostFacts.All.Select(h => h.Name))}");
        }

        if (!invocation.TrySettings(out var settings))
        {
            return ExitCode.Usage;
        }

        var scope = invocation.Option("--scope") ?? "project";
        if (scope is not ("project" or "user"))
        {
            return invocation.Misused($"--scope is \"{Shown.Of(scope, 64)}\", expected project or user", "there is no other file to write", "obstat connect --help");
        }

        if (invocation.Has("--undo"))
        {
            return Undo(invocation, settings, host);
        }

        if (settings.Gateway.Servers.IsEmpty)
        {
            return invocation.Misused("no server is registered", "there is nothing to put the gate before", "obstat mcp add NAME -- COMMAND ARGS..");
        }

        var version = await HostVersion.AskAsync(host, cancellation).ConfigureAwait(false);
        if (version is not null && version < Version.Parse(host.Minimum))
        {
            return invocation.Terminal.Fail(ExitCode.Usage, ErrorText.Of("config", $"{host.Title} {version} is too old: expected at least {host.Minimum}", $"{host.MinimumWhy} ({host.MinimumSource})", $"update {host.Title}, then: obstat connect {host.Name}"));
        }

        ImmutableArray<HostEdit> edits;
        try
        {
            edits = [.. HostEdit.Plan(host, scope, Directory.GetCurrentDirectory(), settings).Where(e => e.Changes)];
            foreach (var edit in edits)
            {
                invocation.Terminal.Tell(UnifiedDiff.Of(edit));
            }

            if (invocation.Has("--dry-run"))
            {
                Tell(invocation, host, edits, []);
                return ExitCode.Done;
            }

            ConnectRecord.Write(settings, host.Name, edits);
        }
        catch (FormatException e)
        {
            return invocation.Terminal.Fail(ExitCode.Usage, ErrorText.Of("config", Shown.Of(e.Message, 400), "a file that is not understood is not edited; nothing was changed", "correct the file, then again"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Text.DecoderFallbackException)
        {
            return invocation.Terminal.Fail(ExitCode.Failed, ErrorText.Of("io", e.Message, "the host's files are not whole", $"obstat connect {host.Name} --undo"));
        }

        var findings = await new Survey(settings, Directory.GetCurrentDirectory()).OfAsync(host, cancellation).ConfigureAwait(false);
        var known = version is null ? findings.Add(new(FindingState.Configured, $"{host.Title}: version", $"\"{host.VersionCommand[0]}\" does not tell it here; needed: at least {host.Minimum}, {host.MinimumWhy}", $"{string.Join(' ', host.VersionCommand)}"))
            : findings.Add(new(FindingState.Proved, $"{host.Title}: version", $"{version}, at least {host.Minimum}"));
        Tell(invocation, host, edits, known);
        return DoctorCommand.CodeOf(invocation, known);
    }

    private static void Tell(Invocation invocation, HostFacts host, ImmutableArray<HostEdit> edits, ImmutableArray<Finding> findings)
    {
        if (invocation.IsJson)
        {
            invocation.Terminal.Write("connect", ("host", JsonValue.Of(host.Name)), ("changed", JsonValue.Strings(edits.Select(e => e.Path))), ("findings", DoctorCommand.ToJson(findings)));
            return;
        }

        invocation.Terminal.Write(edits.IsEmpty ? $"unchanged {host.Title} is written so already" : string.Join('\n', edits.Select(e => $"{(invocation.Has("--dry-run") ? "would write" : "wrote")}     {e.Path}")));
        DoctorCommand.Show(invocation, findings);
    }

    private static int Undo(Invocation invocation, InstallationSettings settings, HostFacts host)
    {
        try
        {
            var (restored, changed) = ConnectRecord.Undo(settings, host.Name);
            if (invocation.IsJson)
            {
                invocation.Terminal.Write("connect", ("host", JsonValue.Of(host.Name)), ("restored", JsonValue.Strings(restored)), ("left", JsonValue.Strings(changed)));
            }
            else
            {
                invocation.Terminal.Write(restored.Count == 0 && changed.Count == 0 ? $"nothing was written for {host.Title}" : string.Join('\n', restored.Select(r => $"restored  {r}")));
            }

            return changed.Count == 0 ? ExitCode.Done : invocation.Terminal.Fail(ExitCode.Failed, ErrorText.Of(
                "io", $"changed since and left as it is: {string.Join(", ", changed)}", "giving the old bytes back would lose what was changed", "take the entries of obstat out by hand"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return invocation.Terminal.Fail(ExitCode.Failed, ErrorText.Of("io", e.Message, "not everything was restored", "free the place, then again"));
        }
    }
}
