using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Obstat.Storage;

namespace Obstat.Server.Faces;

/// <summary>
/// Where faces read: four threads of their own, two seconds for a question with its wait, and no more questions than can be answered in that time. Decisions never wait for one, because they share no thread
/// and no connection with them.
/// </summary>
internal sealed class QueryPool : IDisposable
{
    /// <summary>Questions that are answered at once.</summary>
    public const int Threads = 4;

    /// <summary>How long a question may take, from being asked.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private const int WaitingMax = 64;

    // Nobody waits for it, and a file that nobody read for long may take longer than a page does.
    private static readonly TimeSpan WarmPatience = TimeSpan.FromMinutes(1);

    private readonly BlockingCollection<Action<Desk>> _waiting = new(WaitingMax);
    private readonly List<Thread> _threads = [];

    /// <summary>Begins to answer.</summary>
    public QueryPool(Ledger ledger, Damage damage)
    {
        for (var i = 0; i < Threads; i++)
        {
            var thread = new Thread(() => Run(ledger, damage)) { IsBackground = true, Name = "faces" };
            _threads.Add(thread);
            thread.Start();
        }
    }

    /// <summary>Asks. False: it was not answered in time.</summary>
    public async Task<(bool IsAnswered, T? Answer)> AskAsync<T>(Func<Desk, T> question, CancellationToken cancellation)
    {
        var deadline = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        var answer = new TaskCompletionSource<(bool, T?)>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_waiting.TryAdd(desk => Answer(desk, deadline, question, answer)))
        {
            return default;
        }

        try
        {
            return await answer.Task.WaitAsync(Patience, cancellation);
        }
        catch (TimeoutException)
        {
            return default;
        }
    }

    public void Dispose()
    {
        _waiting.CompleteAdding();
        foreach (var thread in _threads)
        {
            thread.Join();
        }

        _waiting.Dispose();
    }

    private static void Answer<T>(Desk desk, long deadline, Func<Desk, T> question, TaskCompletionSource<(bool, T?)> answer)
    {
        desk.Begin(deadline);
        if (desk.IsLate)
        {
            _ = answer.TrySetResult(default);
            return;
        }

        try
        {
            using var end = new Timer(_ => desk.Interrupt(), null, Math.Max(1, deadline - Environment.TickCount64), Timeout.Infinite);
            _ = answer.TrySetResult((true, question(desk)));
        }
        catch (Exception e) when (e is OperationCanceledException || (e is SqliteException && desk.IsLate))
        {
            _ = answer.TrySetResult(default);
        }
#pragma warning disable CA1031 // It is thrown again where it was asked: a question must not end the thread that answers others.
        catch (Exception e)
#pragma warning restore CA1031
        {
            desk.Reset();
            _ = answer.TrySetException(e is SqliteException ? new LedgerUnavailableException(e.Message, e) : e);
        }
    }

    /// <summary>Proves the newest entry: what every proof needs of the end of a large tree is read before somebody waits for it.</summary>
    private static ReadEntry? Warm(Desk desk) => desk.Head is { Size: > 0 } head ? ReadEntry.Of(desk, head.Size - 1) : null;

    private void Run(Ledger ledger, Damage damage)
    {
        FaceThreads.StandBack();
        using var desk = new Desk(ledger, damage);
        // A question like any other: a store that fails it must not end the thread, and with it the plane.
        Answer(desk, Environment.TickCount64 + (long)WarmPatience.TotalMilliseconds, Warm, new TaskCompletionSource<(bool, ReadEntry?)>());
        foreach (var question in _waiting.GetConsumingEnumerable())
        {
            question(desk);
        }
    }
}
