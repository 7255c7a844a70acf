using System.Collections.Concurrent;
using System.Diagnostics;

namespace Obstat.Revocation.Bench;

/// <summary>All streams of a run, read by one thread: seldom, and those that are looked at each 5 ms. The kernel notes when a byte came in, however late it is read.</summary>
internal sealed class Crowd : IDisposable
{
    private static readonly TimeSpan OpenMax = TimeSpan.FromSeconds(120);

    private readonly Lock _lock = new();
    private readonly List<Stream> _streams = [];
    private readonly Thread _reader;
    private volatile Stream[] _looked = [];
    private volatile bool _over;

    public Crowd()
    {
        _reader = new Thread(Read) { IsBackground = true, Name = "reader", Priority = ThreadPriority.AboveNormal };
        _reader.Start();
    }

    /// <summary>Streams that were begun and not taken out.</summary>
    public Stream[] Streams
    {
        get
        {
            lock (_lock)
            {
                return [.. _streams];
            }
        }
    }

    /// <summary>Begins so many streams of one person, or fewer, and waits until each told something.</summary>
    public async Task<Stream[]> BeginAsync(int count, Func<Task<Session>> session)
    {
        var begun = new ConcurrentBag<Stream>();
        await Parallel.ForEachAsync(Enumerable.Range(0, count).Chunk(Session.StreamsMax), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (some, cancellation) =>
        {
            var of = await session();
            var mine = new List<Stream>();
            for (var i = 0; i < some.Length && !cancellation.IsCancellationRequested; i++)
            {
                var stream = of.NextStream();
                await stream.BeginAsync();
                mine.Add(stream);
                begun.Add(stream);
                lock (_lock)
                {
                    _streams.Add(stream);
                }
            }

            // Before the next ones: more connections at once than a listener takes in are tried again by the kernel, much later.
            lock (_lock)
            {
                LookAt([.. _looked, .. mine]);
            }

            await UntilAsync(() => mine.All(s => s.Events > 0 || s.HasEnded));
        });
        LookAt([]);
        Stream[] late = [.. begun.Where(s => s.HasEnded)];
        await EndAsync(late);

        // A machine without time refuses; nothing is measured while streams begin.
        return late.FirstOrDefault(s => !s.Tail.Contains("\"Late\"", StringComparison.Ordinal)) is { } ended
            ? throw new InvalidOperationException($"a stream ended before it was stopped: {ended.Tail}")
            : [.. begun.Except(late)];
    }

    /// <summary>Waits until all of some have ended, and takes them out.</summary>
    public async Task EndAsync(Stream[] some)
    {
        await UntilAsync(() => some.All(s => s.HasEnded));
        _looked = [];
        lock (_lock)
        {
            _ = _streams.RemoveAll(s => some.Contains(s));
        }

        Array.ForEach(some, s => s.Dispose());
    }

    /// <summary>These are looked at each 5 ms from now on.</summary>
    public void LookAt(Stream[] some) => _looked = some;

    public void Dispose()
    {
        _over = true;
        _reader.Join();
        Array.ForEach(Streams, s => s.Dispose());
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        var waited = Stopwatch.StartNew();
        while (!holds())
        {
            await Task.Delay(5);
            if (waited.Elapsed > OpenMax)
            {
                throw new TimeoutException("the streams did not come so far within two minutes");
            }
        }
    }

    private void Read()
    {
        using var kernel = new Kernel();
        var all = Stopwatch.StartNew();
        while (!_over)
        {
            var looked = _looked;
            if (looked.Length == 0 || all.ElapsedMilliseconds > 200)
            {
                kernel.Read(Streams);
                all.Restart();
            }

            kernel.Read(looked);
            Thread.Sleep(looked.Length == 0 ? 50 : 5);
        }
    }
}
