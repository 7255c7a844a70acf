using Obstat.Cli.Output;
using Obstat.Settings;

namespace Obstat.Cli.Serving;

/// <summary>
/// Runs the plane and the gateway as two processes. One that died is started again after a short pause: a crash refuses, then recovers, and repairs nothing by opening anything.
/// Stops in order: the gateway first, so that what it began is still recorded.
/// </summary>
internal sealed class Supervisor(Terminal terminal, InstallationSettings settings, string[] server, string[] gateway)
{
    private static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Steady = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Runs until cancelled, or until a part says that its configuration is wrong.</summary>
    /// <param name="served">What is done once when the plane serves for the first time.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<int> RunAsync(Func<Task> served, CancellationToken cancellation)
    {
        using var stopGateway = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var stopPlane = new CancellationTokenSource();
        var serves = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var plane = KeepAsync("plane", server, () => true, serves, stopPlane.Token);
        _ = await Task.WhenAny(plane, serves.Task, Forever(cancellation)).ConfigureAwait(false);
        var door = serves.Task.IsCompleted && !plane.IsCompleted ? KeepAsync("gateway", gateway, Enrol, new TaskCompletionSource(), stopGateway.Token) : null;

        var told = door is null ? Task.CompletedTask : served();

        // Whichever ends first ends the other: half an installation is none.
        _ = await Task.WhenAny(plane, door ?? Forever(cancellation), Forever(cancellation)).ConfigureAwait(false);
        await stopGateway.CancelAsync().ConfigureAwait(false);
        _ = await Task.WhenAny(told).ConfigureAwait(false);
        var code = door is null ? null : await door.ConfigureAwait(false);
        await stopPlane.CancelAsync().ConfigureAwait(false);
        return await plane.ConfigureAwait(false) ?? code ?? (cancellation.IsCancellationRequested ? ExitCode.Interrupted : ExitCode.Failed);
    }

    private static Task Forever(CancellationToken cancellation) => Task.Delay(Timeout.InfiniteTimeSpan, cancellation);

    private bool Enrol()
    {
        if (Enrolments.TryPrepare(settings, DateTimeOffset.UtcNow, out var reason))
        {
            return true;
        }

        terminal.Tell(ErrorText.Of("config", reason, "without its enrolment the gateway does not know which plane to trust", "obstat init      makes the keys").ToString());
        return false;
    }

    /// <summary>Keeps a part alive; gives an exit code where it must not be started again, null where it was asked to stop.</summary>
    private async Task<int?> KeepAsync(string name, string[] command, Func<bool> prepare, TaskCompletionSource serves, CancellationToken cancellation)
    {
        var pause = PauseMin;
        while (!cancellation.IsCancellationRequested)
        {
            if (!prepare())
            {
                return ExitCode.Usage;
            }

            var started = DateTimeOffset.UtcNow;
            using var part = Part.Start(name, command, settings.Paths.Folder, line => terminal.Tell($"{name,-8}| {Shown.Of(line, 1000)}"), endsWithThis: true);
            _ = part.Ready.ContinueWith(r => r.Result && serves.TrySetResult(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            if (await Task.WhenAny(part.Ended, Forever(cancellation)).ConfigureAwait(false) != part.Ended)
            {
                await part.StopAsync(Patience).ConfigureAwait(false);
                terminal.Tell($"{name,-8}| stopped");
                return null;
            }

            if (part.ExitCode == ExitCode.Usage)
            {
                return ExitCode.Usage;
            }

            pause = DateTimeOffset.UtcNow - started > Steady ? PauseMin : pause;
            terminal.Tell(FormattableString.Invariant($"{name,-8}| ended with {part.ExitCode}; everything is refused meanwhile; starting again in {Shown.Of(pause)}"));
            _ = await Task.WhenAny(Task.Delay(pause, cancellation)).ConfigureAwait(false);
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, PauseMax.Ticks));
        }

        return null;
    }
}
