using System.Collections.Concurrent;

namespace Obstat.Gateway.Sessions;

/// <summary>
/// The server's sides of executions that were stopped: each is cut and its evidence closed, one after another. What a thousand of them take must not stand before the last byte of any agent's side. Safe for
/// concurrent use.
/// </summary>
/// <param name="unforeseen">Told of every exception: the agent was answered before.</param>
internal sealed class Aftermath(Action<Exception> unforeseen)
{
    private const int TurnsMax = 20;
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(10);

    // A server that cannot be cut at once does not keep the others from it.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentQueue<(CancellationTokenSource Cut, Task Running)> _left = new();
    private long _added;
    private int _busy;

    /// <summary>Cuts an execution whose agent's side has ended.</summary>
    /// <param name="cut">Ends its server's side; disposed of by the execution itself.</param>
    /// <param name="running">Completes when its evidence is closed.</param>
    public void Add(CancellationTokenSource cut, Task running)
    {
        _left.Enqueue((cut, running));
        _ = Interlocked.Increment(ref _added);
        if (Interlocked.Exchange(ref _busy, 1) == 0)
        {
            _ = Task.Run(CutAsync);
        }
    }

    private async Task CutAsync()
    {
        do
        {
            // Agents' sides that wait for a thread, or are being ended by one, come first, but not for ever.
            var seen = -1L;
            for (var turn = 0; turn < TurnsMax && (ThreadPool.PendingWorkItemCount > 0 || seen != Interlocked.Read(ref _added)); turn++)
            {
                seen = Interlocked.Read(ref _added);
                await Task.Delay(Turn);
            }

            while (_left.TryDequeue(out var one))
            {
                await CutAsync(one.Cut, one.Running);
            }

            Volatile.Write(ref _busy, 0);
        }
        while (!_left.IsEmpty && Interlocked.Exchange(ref _busy, 1) == 0);
    }

    private async Task CutAsync(CancellationTokenSource cut, Task running)
    {
        try
        {
            await cut.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself meanwhile.
        }

        _ = running.ContinueWith((ended, _) => unforeseen(ended.Exception!.GetBaseException()), null, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        _ = await Task.WhenAny(running, Task.Delay(Patience));
    }
}
