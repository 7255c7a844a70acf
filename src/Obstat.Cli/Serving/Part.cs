using System.Diagnostics;
using Obstat.Settings;

namespace Obstat.Cli.Serving;

/// <summary>One process of an installation while it lives: the plane or the gateway. Its lines go to a listener; a line <c>ready</c> on its standard error says that it serves.</summary>
internal sealed class Part : IDisposable
{
    private readonly Process _process;
    private readonly TaskCompletionSource<bool> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Part(string name, Process process) => (Name, _process, Ended) = (name, process, process.WaitForExitAsync(CancellationToken.None));

    /// <summary>The name that people are told.</summary>
    public string Name { get; }

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    /// <summary>Completes when it serves (true) or has ended without (false).</summary>
    public Task<bool> Ready => _ready.Task;

    /// <summary>Completes when it has ended.</summary>
    public Task Ended { get; }

    /// <summary>How it ended; valid after <see cref="Ended"/>.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Starts a program.</summary>
    /// <param name="name">The name that people are told.</param>
    /// <param name="command">Program and arguments.</param>
    /// <param name="folder">Its working folder.</param>
    /// <param name="line">Gets each line that it writes, from any thread.</param>
    /// <param name="endsWithThis">Whether it ends when this program is gone, however that went.</param>
    public static Part Start(string name, IEnumerable<string> command, string folder, Action<string> line, bool endsWithThis = false)
    {
        var process = new Process { StartInfo = Programs.Start(command, folder) };
        if (endsWithThis)
        {
            process.StartInfo.Environment[Supervision.Variable] = Supervision.ByInput;
        }

        var ready = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        process.OutputDataReceived += (_, e) => Take(e.Data);
        process.ErrorDataReceived += (_, e) =>
        {
            Take(e.Data);
            _ = e.Data == "ready" && ready.TrySetResult(true);
        };
        _ = process.Start();
        var part = new Part(name, process);
        _ = ready.Task.ContinueWith(_ => part._ready.TrySetResult(true), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        _ = part.Ended.ContinueWith(_ => part._ready.TrySetResult(false), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        if (!endsWithThis)
        {
            process.StandardInput.Close();
        }

        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return part;

        void Take(string? text)
        {
            if (text is not null)
            {
                line(text);
            }
        }
    }

    /// <summary>Sends a signal; false where it has ended.</summary>
    public bool Signal(int signal) => !_process.HasExited && Signals.Send(_process.Id, signal);

    /// <summary>Asks it to stop and ends it after <paramref name="patience"/>.</summary>
    public async Task StopAsync(TimeSpan patience)
    {
        _ = Signal(Signals.Terminate);
        if (await Task.WhenAny(Ended, Task.Delay(patience, CancellationToken.None)).ConfigureAwait(false) != Ended)
        {
            _ = Signal(Signals.Kill);
            await Ended.ConfigureAwait(false);
        }
    }

    public void Dispose() => _process.Dispose();
}
