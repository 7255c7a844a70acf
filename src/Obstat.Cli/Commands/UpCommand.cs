using Obstat.Cli.Admin;
using Obstat.Cli.CommandLine;
using Obstat.Cli.Output;
using Obstat.Cli.Serving;
using Obstat.Proof.Messages.Admin;
using Obstat.Settings;

namespace Obstat.Cli.Commands;

/// <summary><c>obstat up</c>.</summary>
internal static class UpCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static Verb Verb { get; } = new()
    {
        Path = "up",
        About = "run control plane and gateway here, as two processes, until Ctrl-C; tells a link into the console",
        Examples = ["obstat up", "obstat up --config other/obstat.json"],
        More = "A part that dies is started again; meanwhile everything is refused. Ctrl-C stops in order; a second Ctrl-C ends this program at once.",
        RunAsync = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellation)
    {
        if (!invocation.TrySettings(out var settings))
        {
            return ExitCode.Usage;
        }

        if (!File.Exists(settings.Paths.RootKey) || !File.Exists(settings.Paths.HeadKey))
        {
            return invocation.Terminal.Fail(ExitCode.Usage, ErrorText.Of("config", $"no keys in {settings.Paths.Keys}", "without its root and head key a plane cannot say who it is", "obstat init"));
        }

        if (!Programs.TryFind(Programs.Server, out var server, out var reason) || !Programs.TryFind(Programs.Gateway, out var gateway, out reason))
        {
            return invocation.Terminal.Fail(ExitCode.Failed, ErrorText.Of("programs", reason, "plane and gateway are programs of their own", "run ./obstat from the sources, or set OBSTAT_PROGRAMS"));
        }

        foreach (var address in new[] { settings.Listen.Enforcement, settings.Listen.Admin, settings.Listen.Local }.Where(a => a.IsShortened))
        {
            invocation.Terminal.Tell($"note    {address.Wanted} is too long for a socket: {address.Path} is used");
        }

        return await new Supervisor(invocation.Terminal, settings, [.. server, "--config", settings.File], [.. gateway, "--config", settings.File])
            .RunAsync(() => LinkAsync(invocation.Terminal, settings, cancellation), cancellation).ConfigureAwait(false);
    }

    /// <summary>Tells a link into the console, once; whoever needs another one asks for it.</summary>
    private static async Task LinkAsync(Terminal terminal, InstallationSettings settings, CancellationToken cancellation)
    {
        if (settings.Listen.Console is null)
        {
            return;
        }

        using var client = new AdminClient(settings.Listen.Admin, Patience);
        var answer = await client.AskAsync<ConsoleLinkRequest, ConsoleLinkAnswer>(AdminRoutes.ConsoleLink, new ConsoleLinkRequest("owner"), cancellation).ConfigureAwait(false);
        terminal.Tell(answer.Value is { } link
            ? $"console | {link.Url}      once, for five minutes; another: obstat console link"
            : $"console | none: {Shown.Of(answer.Refusal?.Detail ?? answer.Away ?? "no answer")}");
    }
}
