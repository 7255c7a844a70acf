using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Obstat.Console.Api;
using Obstat.Proof.Notes;
using Obstat.Proof.Statements;
using Obstat.Storage;
using Obstat.Storage.Indexing;
using Obstat.Storage.Reading;

namespace Obstat.Server.Faces;

/// <summary>
/// Keeps the derived index behind the ledger, on a thread of its own, and tells who listens what came. Where it can read no further it says why, and stays there: no decision depends on it. Behind by much it
/// works half of the time, so that what catches up takes no more than half a core from what decides.
/// </summary>
internal sealed class IndexKeeper : IDisposable
{
    /// <summary>Rows that wait for one listener; then it is told to load its page again.</summary>
    public const int WaitingMax = 500;

    /// <summary>Listeners at once.</summary>
    public const int ListenersMax = 200;

    private const int ChunkLength = 1_000;

    /// <summary>Entries that a patrol proves anew: so many of the newest, and as many more, going round.</summary>
    private const int PatrolMax = 64;

    /// <summary>Entries of a ledger from which on it is read in steps of <see cref="FillLength"/>.</summary>
    private const int FillMin = 20_000;

    private const int FillLength = 10_000;
    private static readonly TimeSpan PatrolEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(100);

    private readonly Ledger _ledger;
    private readonly FaceRows _rows;
    private readonly Damage _damage;
    private readonly LedgerReader? _reader;
    private readonly DecisionIndex? _index;
    private readonly Thread? _thread;
    private readonly ManualResetEventSlim _stop = new();
    private readonly ConcurrentDictionary<Channel<LiveDecision>, byte> _listeners = new();
    private volatile bool _isToClear;
    private volatile string? _failure;
    private readonly IndexReader? _asked;
    private long _size;
    private long _orphans;
    private long _patrolled;
    private long _patrolAt;

    /// <summary>Opens the index and begins. An index that cannot be opened is a failure that is told, not one that is thrown: the plane decides without it.</summary>
    public IndexKeeper(Ledger ledger, Sealed opened, FaceRows rows, Damage damage)
    {
        (_ledger, _rows, _damage) = (ledger, rows, damage);
        try
        {
            _reader = ledger.Read();
            _index = DecisionIndex.Open(ledger.Folder, _reader, opened.ToolOf);
            _asked = IndexReader.Open(ledger.Folder);
            (_size, _orphans) = (_index.Size, _asked.EventCount(OrphanedStatement.TypeName));
        }
        catch (Exception e) when (e is LedgerUnavailableException or SqliteException or IOException)
        {
            _failure = e.Message;
            return;
        }

        _thread = new Thread(Run) { IsBackground = true, Name = "index keeper" };
        _thread.Start();
    }

    /// <summary>Entries that the index has read.</summary>
    public long Size => Interlocked.Read(ref _size);

    /// <summary>Allows that were closed without an outcome, as far as the index has read.</summary>
    public long Orphans => Interlocked.Read(ref _orphans);

    /// <summary>Why it reads no further; null while all is well.</summary>
    public string? Failure => _failure;

    /// <summary>Listens to what comes from now on; null while too many listen. A reader that completes was too slow.</summary>
    public Channel<LiveDecision>? Listen()
    {
        if (_listeners.Count >= ListenersMax)
        {
            return null;
        }

        var channel = Channel.CreateBounded<LiveDecision>(new BoundedChannelOptions(WaitingMax) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
        _listeners[channel] = 0;
        return channel;
    }

    /// <summary>Listens no more.</summary>
    public void Leave(Channel<LiveDecision> listener) => _ = _listeners.TryRemove(listener, out _);

    /// <summary>The index said what an entry does not: it is made again from the first entry on.</summary>
    public void Distrust() => _isToClear = true;

    public void Dispose()
    {
        _stop.Set();
        _thread?.Join();
        _asked?.Dispose();
        _index?.Dispose();
        _reader?.Dispose();
        _stop.Dispose();
    }

    private void Run()
    {
        FaceThreads.StandBack();
        try
        {
            var pause = TimeSpan.Zero;
            while (!_stop.Wait(pause))
            {
                if (_isToClear)
                {
                    _isToClear = false;
                    _index!.Clear();
                    _ = Interlocked.Exchange(ref _size, 0);
                }

                var (size, started) = (_ledger.State.Size, Stopwatch.GetTimestamp());
                Patrol();
                if (size == _index!.Size)
                {
                    pause = Every;
                    continue;
                }

                if (_index.Size == 0 && size > FillMin)
                {
                    Fill();
                    continue;
                }

                var to = Math.Min(size, _index.Size + ChunkLength);
                var came = _index.Advance(_reader!, to);
                _ = Interlocked.Exchange(ref _size, to);
                _ = Interlocked.Exchange(ref _orphans, _asked!.EventCount(OrphanedStatement.TypeName));
                Tell(came);
                pause = to == size ? Every : Stopwatch.GetElapsedTime(started);
            }
        }
        catch (Exception e) when (e is LedgerUnavailableException or SqliteException or IOException)
        {
            _failure = e.Message;
        }
    }

    /// <summary>Reads a ledger of which nothing was read yet, in large steps, and makes the orders of it last.</summary>
    private void Fill()
    {
        _index!.BeginFill();
        while (_index.Size < _ledger.State.Size && !_isToClear)
        {
            var started = Stopwatch.GetTimestamp();
            var to = Math.Min(_ledger.State.Size, _index.Size + FillLength);
            _ = _index.Advance(_reader!, to);
            _ = Interlocked.Exchange(ref _size, to);
            if (_stop.Wait(Stopwatch.GetElapsedTime(started)))
            {
                return;
            }
        }

        var made = Stopwatch.GetTimestamp();
        foreach (var _ in _index.EndFill())
        {
            if (_stop.Wait(Stopwatch.GetElapsedTime(made)))
            {
                return;
            }

            made = Stopwatch.GetTimestamp();
        }

        _ = Interlocked.Exchange(ref _orphans, _asked!.EventCount(OrphanedStatement.TypeName));
    }

    /// <summary>Proves anew what pages show most, and goes round through all the rest: a file that somebody changed is found while nobody looks at the entry.</summary>
    private void Patrol()
    {
        if (_ledger.Head is not { } note || Stopwatch.GetElapsedTime(_patrolAt) < PatrolEvery || !Checkpoint.TryOpen(note, _ledger.HeadKey, out var head, out _))
        {
            return;
        }

        _patrolAt = Stopwatch.GetTimestamp();
        for (var i = 0; i < 2 * PatrolMax && i < head.Size; i++)
        {
            var index = i < PatrolMax ? head.Size - 1 - i : _patrolled++ % head.Size;
            try
            {
                _ = _reader!.Proven(index, head);
            }
            catch (Exception e) when (e is LedgerUnavailableException or SqliteException)
            {
                _damage.Saw(index, e.Message);
            }
        }
    }

    private void Tell(ImmutableArray<(long Index, DecisionStatement Decision, string Tool)> came)
    {
        if (_listeners.IsEmpty)
        {
            return;
        }

        foreach (var (index, decision, tool) in came)
        {
            // Its head is being signed: the list that shows it proves it when it is loaded.
            var live = new LiveDecision(_rows.Of(_reader!, index, decision, null, ProofState.NotYet, Role.Owner), decision, tool);
            foreach (var listener in _listeners.Keys)
            {
                if (!listener.Writer.TryWrite(live))
                {
                    Leave(listener);
                    _ = listener.Writer.TryComplete();
                }
            }
        }
    }
}
