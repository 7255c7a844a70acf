using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using Obstat.Core.Records;
using Obstat.Proof.Merkle;
using Obstat.Proof.Notes;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;
using Obstat.Storage.Opening;
using Obstat.Storage.Reading;

namespace Obstat.Storage.Writing;

/// <summary>
/// The one writer: a thread that takes what waits, gives it its order, has it signed, commits it, signs the head and answers. A group closes when the disk is free; there is no timer.
/// The first thing that goes wrong poisons it: everybody who waits is refused, nothing is signed any more, reads go on. A failed sync is never tried again: the kernel has marked the pages clean.
/// </summary>
internal sealed class Writer : IDisposable
{
    internal const int GroupMax = 4_096;
    internal const long GroupBytesMax = 8 << 20;

    private const long WalBytesMax = 8 << 20;

    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    private readonly Lock _late = new();
    private readonly HashSet<string> _notReleased = new(StringComparer.Ordinal);
    private readonly Intake _intake;
    private readonly LedgerKeys _keys;
    private readonly LedgerOptions _options;
    private readonly TimeProvider _time;
    private readonly Rows _rows;
    private readonly GroupOrder _order;
    private readonly LedgerReader _reader;
    private readonly Plane _plane;
    private readonly TileGrowth _tiles;
    private readonly Thread _thread;
    private ClockWatch _watch;
    private MerkleEdge _edge;
    private long _epoch; // as the head row has it
    private long _walBytes;
    private int _beats;
    private volatile LedgerState _state;
    private volatile SignedNote? _head;
    private volatile string? _failure;
    private volatile Tuple<LedgerState, MerkleEdge>? _fold;

    internal Writer(SqliteConnection connection, LedgerReader reader, OpenedLog opened, LedgerKeys keys, LedgerOptions options, Plane plane, TimeProvider time)
    {
        (_keys, _options, _time, _plane, _reader) = (keys, options, time, plane, reader);
        var origin = keys.Heads.VerifierKey.Name;
        (_state, _edge, _tiles, _epoch) = (opened.State, opened.Edge, opened.Tiles, opened.Epoch);
        _rows = new Rows(connection, origin);
        _order = new GroupOrder(_rows, plane, options.Clock, origin);
        _intake = new Intake(options.WaitingMax, options.WaitingBytesMax);
        _watch = ClockWatch.Start(time.GetUtcNow(), time.GetElapsedTime(0), _state.Time.Time, MaxError);
        _thread = new Thread(Run) { IsBackground = true, Name = "ledger writer" };
    }

    /// <summary>The fold over what is durable.</summary>
    internal LedgerState State => _state;

    /// <summary>The newest group head.</summary>
    internal SignedNote? Head => _head;

    /// <summary>Why nothing is written any more; null while all is well.</summary>
    internal string? Failure => _failure;

    /// <summary>The newest state that ends with a <c>state</c> entry, with its tree: what a fold is kept of. Null where there was none since the start.</summary>
    internal Tuple<LedgerState, MerkleEdge>? Fold => _fold;

    internal bool IsClockTrusted => Volatile.Read(ref _watch).IsTrusted;

    internal Intake Intake => _intake;

    private TimeSpan MaxError => TimeSpan.FromMilliseconds(_options.Clock.MaxErrorMs);

    /// <summary>Writes the entries of this start, in one group, and begins to take drafts. Throws <see cref="LedgerUnavailableException"/> where they cannot be written.</summary>
    internal void Start()
    {
        if (!_watch.IsTrusted)
        {
            throw new LedgerUnavailableException($"the clock is not to be relied on: {_watch.Why}");
        }

        var isFirst = _state.Size == 0;
        List<Waiting> drafts = [.. isFirst ? [new Waiting(Own.Genesis(_keys))] : Array.Empty<Waiting>(), new Waiting(Own.KeySet(_keys))];
        if (!isFirst)
        {
            drafts.Add(new Waiting(Own.Restart(_state.Time, _state.EndsWithState)));
        }

        Write(new(drafts, [], [], null), isFirst);
        if (drafts.Any(d => !d.Answer.IsCompletedSuccessfully || d.Answer.Result.Match(_ => false, _ => true)))
        {
            throw new LedgerUnavailableException($"the entries of this start were refused: {_order.Refused}");
        }

        _thread.Start();
    }

    /// <summary>Jtis of allows that became durable after their caller was told <c>Late</c>.</summary>
    internal ImmutableHashSet<string> NotReleased()
    {
        lock (_late)
        {
            _ = _notReleased.RemoveWhere(jti => !_state.Open.ContainsKey(jti));
            return [.. _notReleased];
        }
    }

    /// <summary>Ends all writing for good.</summary>
    internal void Poison(string failure)
    {
        _failure ??= failure;
        _intake.Close();
    }

    /// <summary>Writes what waits, then a <c>state</c> entry, and ends the thread. Nothing is written after it.</summary>
    internal void Stop()
    {
        _intake.Close();
        if (_thread.IsAlive)
        {
            _thread.Join();
        }
    }

    /// <summary>Stores a published head. For the end, when the thread is over.</summary>
    internal void Publish(SignedNote note) => Write(new([], [], [], note), isFirst: false);

    public void Dispose()
    {
        _rows.Dispose();
        _intake.Dispose();
    }

    private void Run()
    {
        var batch = new Intake.Batch([], [], [], null);
        try
        {
            while (_failure is null)
            {
                var closed = _intake.IsClosed; // read before taking: what was added before closing is then taken
                batch = _intake.Take(GroupMax, GroupBytesMax);
                ReadClock(batch);
                if (!batch.IsEmpty)
                {
                    Write(batch, isFirst: false);
                }
                else if (closed)
                {
                    break;
                }
                else
                {
                    _intake.Wait(Tick);
                }
            }

            if (_failure is null && _watch.IsTrusted && !_state.EndsWithState)
            {
                Write(new([new Waiting(Own.State())], [], [], null), isFirst: false);
            }
        }
#pragma warning disable CA1031 // Whatever it was, the order of the log is no longer known to be the order of the disk.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Poison(e.Message);
        }

        RefuseAll(batch);
        while (_intake.Take(GroupMax, GroupBytesMax) is { IsEmpty: false } rest)
        {
            RefuseAll(rest);
        }
    }

    private static void RefuseAll(Intake.Batch batch)
    {
        foreach (var waiting in batch.Drafts)
        {
            waiting.Refuse(DenyReason.LedgerUnavailable);
        }

        foreach (var (_, kept) in batch.Blobs)
        {
            _ = kept.TrySetResult(false);
        }

        foreach (var beat in batch.Beats)
        {
            _ = beat.TrySetResult(false);
        }
    }

    private void ReadClock(Intake.Batch batch)
    {
        Volatile.Write(ref _watch, _watch.Read(_time.GetUtcNow(), _time.GetElapsedTime(0), _state.Time.Time, MaxError));
        if (_watch.Ended is { } gap)
        {
            batch.Drafts.Insert(0, new Waiting(Own.Clock(gap)));
        }

        if (_watch.IsTrusted && _state.Size - _state.LastStateEntry > _options.StateEvery)
        {
            batch.Drafts.Add(new Waiting(Own.State()));
        }
    }

    private void Write(Intake.Batch batch, bool isFirst)
    {
        var (entries, repeats, state) = _order.Of(batch.Drafts, _state, _watch);
        Seal(entries);
        var growth = new MerkleGrowth(_edge, [.. entries.Select(e => e.LeafHash)]);
        if (entries.Count > 0 || batch.Blobs.Length > 0 || batch.Beats.Length > 0 || batch.Publish is not null)
        {
            Commit(batch, entries, growth, state, isFirst);
        }

        // Durable from here on. A crash before the head is signed forks nothing: the head is a function of the rows, and the next start signs it again.
        if (entries.Count > 0)
        {
            _head = _keys.Heads.TrySign(growth.After.Size, growth.After.Root, out var note) ? note : throw new LedgerUnavailableException("the head signer refused: another head of this size was signed");
            (_edge, _state, _epoch) = (growth.After, state, _plane.Epoch);
            _fold = state.EndsWithState ? Tuple.Create(state, growth.After) : _fold;
        }

        foreach (var (_, kept) in batch.Blobs)
        {
            _ = kept.TrySetResult(true);
        }

        foreach (var beat in batch.Beats)
        {
            _ = beat.TrySetResult(true);
        }

        Release(entries, growth);
        foreach (var (waiting, index) in repeats)
        {
            Repeat(waiting, index.Value);
        }
    }

    private void Seal(List<GroupEntry> entries)
    {
        if (entries.Count > 1)
        {
            _ = Parallel.For(0, entries.Count, i => entries[i].Seal(_keys.Statements));
        }
        else if (entries.Count == 1)
        {
            entries[0].Seal(_keys.Statements);
        }
    }

    private void Commit(Intake.Batch batch, List<GroupEntry> entries, MerkleGrowth growth, LedgerState state, bool isFirst)
    {
        long bytes = 0;
        _rows.Begin();
        if (isFirst)
        {
            _rows.FirstHead(_plane);
        }

        foreach (var (blob, _) in batch.Blobs)
        {
            _rows.Blob(blob);
            bytes += blob.Bytes.Length;
        }

        for (var i = 0; i < entries.Count; i++)
        {
            var entry = entries[i];
            if (!entry.IsWhole())
            {
                throw new LedgerUnavailableException($"entry {(_edge.Size + i).ToString(CultureInfo.InvariantCulture)}: its leaf changed between signing and storing");
            }

            _rows.Entry(_edge.Size + i, entry.Leaf, entry.Written.Bytes);
            foreach (var blob in entry.Waiting.Draft.Blobs)
            {
                _rows.Blob(blob);
            }

            foreach (var part in entry.Waiting.Draft.Snapshots)
            {
                _rows.Snapshot(part);
            }

            _tiles.Append(entry.LeafHash, _rows.Tile);
            bytes += entry.Waiting.Bytes + entry.Leaf.Length + entry.Written.Bytes.Length;
        }

        if (entries.Count == 0 && batch.Beats.Length > 0)
        {
            _rows.Beat(_beats = (_beats + 1) % int.MaxValue);
        }

        if (batch.Publish is { } note && Checkpoint.TryOpen(note, _keys.Heads.VerifierKey, out var head, out _))
        {
            _rows.Published(head.Size, note);
        }

        if (entries.Count > 0 && !_rows.Head(growth.After, _plane, state.Parts.Digests.Digest, _edge.Size, _epoch))
        {
            throw new LedgerUnavailableException("another writer moved the head: this one is fenced");
        }

        _rows.Commit();
        if ((_walBytes += bytes) > WalBytesMax)
        {
            _rows.Checkpoint();
            _walBytes = 0;
        }
    }

    private void Release(List<GroupEntry> entries, MerkleGrowth growth)
    {
        for (var i = 0; i < entries.Count; i++)
        {
            var (entry, index) = (entries[i], growth.Before.Size + i);
            var appended = new Appended(new(index), entry.Written, entry.Leaf, _head!, ImmutableCollectionsMarshal.AsImmutableArray(growth.Path(index)));
            if (!entry.Waiting.Release(AppendResult.Durable(appended)) && entry.Written.Statement is DecisionStatement { Permit: { } permit })
            {
                lock (_late)
                {
                    _ = _notReleased.Add(permit.Jti);
                }
            }
        }
    }

    /// <summary>The recorded answer again. Of an allow only while its execution is open and its first answer went out: a permit that nobody may use any more is not given again.</summary>
    private void Repeat(Waiting waiting, long index)
    {
        var entry = _reader.Entry(index);
        var permit = (entry.Written.Statement as DecisionStatement)?.Permit;
        bool isDead;
        lock (_late)
        {
            isDead = permit is not null && (!_state.Open.ContainsKey(permit.Jti) || _notReleased.Contains(permit.Jti));
        }

        if (isDead)
        {
            waiting.Refuse(DenyReason.Late);
        }
        else
        {
            _ = waiting.Release(AppendResult.Durable(new(new(index), entry.Written, entry.Leaf, _head!, [.. _reader.Inclusion(index, _edge.Size)])));
        }
    }
}
