using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using Obstat.Core.Records;
using Obstat.Proof.Merkle;
using Obstat.Proof.Notes;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;
using Obstat.Storage.Files;
using Obstat.Storage.Opening;
using Obstat.Storage.Reading;

namespace Obstat.Storage.Writing;

/// <summary>
/// The one writer: a thread that takes the group that was made, commits it, signs the head and answers. A group closes when the disk is free; only one in which nobody waits for anything stays open a moment for company. While it commits, a second thread fills the next group.
/// The first thing that goes wrong poisons it: everybody who waits is refused, nothing is signed any more, reads go on. A failed sync is never tried again: the kernel has marked the pages clean.
/// </summary>
internal sealed class Writer : IDisposable
{
    private const long WalBytesMax = 64 << 20;
    private const long RowBytes = 128; // what a row takes beside its columns, about

    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    private readonly Lock _late = new();
    private readonly HashSet<string> _notReleased = new(StringComparer.Ordinal);
    private readonly Intake _intake;
    private readonly LedgerKeys _keys;
    private readonly Rows _rows;
    private readonly GroupOrder _order;
    private readonly GroupMaker _maker;
    private readonly LedgerReader _reader;
    private readonly Plane _plane;
    private readonly TimeProvider _time;
    private readonly TileGrowth _tiles;
    private readonly Inheritance? _inherited;
    private readonly Thread _thread;
    private readonly Thread _filling;
    private MerkleEdge _edge;
    private long _epoch; // as the head row has it
    private long _walBytes;
    private int _beats;
    private volatile LedgerState _state;
    private volatile SignedNote? _head;
    private volatile string? _failure;
    private volatile Tuple<LedgerState, MerkleEdge>? _fold;

    internal Writer(SqliteConnection connection, LedgerReader reader, LedgerReader makersReader, Reserve reserve, OpenedLog opened, LedgerKeys keys, LedgerOptions options, Plane plane, TimeProvider time)
    {
        (_keys, _plane, _reader, _time) = (keys, plane, reader, time);
        var origin = keys.Heads.Origin;
        (_state, _edge, _tiles, _epoch, _inherited) = (opened.State, opened.Edge, opened.Tiles, opened.Epoch, opened.Inherited);
        _rows = new Rows(connection, origin);
        _order = new GroupOrder(makersReader, reserve, plane, options.Clock, origin);
        _intake = new Intake(options.WaitingMax, options.WaitingBytesMax);
        _maker = new GroupMaker(_intake, _order, keys.Statements, options, time, _state);
        _thread = new Thread(Run) { IsBackground = true, Name = "ledger writer" };
        _filling = new Thread(Fill) { IsBackground = true, Name = "ledger filler" };
    }

    /// <summary>The fold over what is durable.</summary>
    internal LedgerState State => _state;

    /// <summary>The newest group head.</summary>
    internal SignedNote? Head => _head;

    /// <summary>Why nothing is written any more; null while all is well.</summary>
    internal string? Failure => _failure;

    /// <summary>The newest state that ends with a <c>state</c> entry, with its tree: what a fold is kept of. Null where there was none since the start.</summary>
    internal Tuple<LedgerState, MerkleEdge>? Fold => _fold;

    internal bool IsClockTrusted => _maker.IsClockTrusted;

    internal Intake Intake => _intake;

    /// <summary>Bytes that the log of writes got since the writer moved it into the file, about.</summary>
    internal long WalBytes => Interlocked.Read(ref _walBytes);

    /// <summary>Writes the entries of this start, in one group, and begins to take drafts. Throws <see cref="LedgerUnavailableException"/> where they cannot be written.</summary>
    internal void Start()
    {
        if (!_maker.IsClockTrusted)
        {
            throw new LedgerUnavailableException($"the clock is not to be relied on: {_maker.Why}");
        }

        var isFirst = _state.Size == 0;
        List<Waiting> drafts = [.. isFirst ? [new Waiting(Own.Genesis(_keys, _inherited))] : Array.Empty<Waiting>(), new Waiting(Own.KeySet(_keys))];
        if (!isFirst)
        {
            drafts.Add(new Waiting(Own.Restart(_state.Time, _state.EndsWithState)));
        }

        if (_state.HeadKeys?.OverlapUntil is { } until && _time.GetUtcNow() >= until.Time)
        {
            drafts.Add(new Waiting(HeadRotation.End()));
        }

        Write(_maker.Of(drafts), isFirst);
        if (drafts.Any(d => !d.Answer.IsCompletedSuccessfully || d.Answer.Result.Match(_ => false, _ => true)))
        {
            throw new LedgerUnavailableException($"the entries of this start were refused: {_order.Refused}");
        }

        _thread.Start();
        _filling.Start();
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

    /// <summary>Writes what waits, then a <c>state</c> entry, and ends the threads. Nothing is written after it.</summary>
    internal void Stop()
    {
        _intake.Close();
        foreach (var thread in (ReadOnlySpan<Thread>)[_filling, _thread])
        {
            if (thread.IsAlive)
            {
                thread.Join();
            }
        }
    }

    /// <summary>Stores a published head. For the end, when the thread is over.</summary>
    internal void Publish(SignedNote note) => Write(new Group { Publish = note }, isFirst: false);

    public void Dispose()
    {
        _rows.Dispose();
        _intake.Dispose();
    }

    private void Run()
    {
        var group = new Group();
        try
        {
            while (_failure is null)
            {
                var closed = _intake.IsClosed; // read before taking: what was added before closing is then taken
                group = _maker.Take(out var wait);
                if (!group.IsEmpty)
                {
                    _intake.Busy(true);
                    Write(group, isFirst: false);
                    _intake.Busy(false);
                }
                else if (closed)
                {
                    break;
                }
                else
                {
                    _intake.Wait(wait > TimeSpan.Zero && wait < Tick ? wait : Tick);
                }
            }

            if (_failure is null)
            {
                Write(group = _maker.End(), isFirst: false);
            }
        }
#pragma warning disable CA1031 // Whatever it was, the order of the log is no longer known to be the order of the disk.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Poison(e.Message);
        }

        group.Refuse();
        RefuseRest();
    }

    /// <summary>Fills the next group while the disk is busy with this one.</summary>
    private void Fill()
    {
        try
        {
            while (!_intake.IsClosed)
            {
                _intake.WaitBusy();
                while (_failure is null && _intake.IsBusy && _maker.Prepare())
                {
                    // The writer takes the group as soon as it is free.
                }
            }
        }
#pragma warning disable CA1031 // What was taken and not sequenced has no place any more.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Poison(e.Message);
        }
    }

    private void RefuseRest()
    {
        for (var rest = _maker.Discard(); !rest.IsEmpty; rest = _maker.Discard())
        {
            rest.Refuse();
        }
    }

    private void Write(Group group, bool isFirst)
    {
        var (entries, state) = (group.Entries, group.State ?? _state);
        var growth = new MerkleGrowth(_edge, [.. entries.Select(e => e.LeafHash)]);
        if (entries.Count > 0 || group.Blobs.Count > 0 || group.Beats.Count > 0 || group.Deletions.Count > 0 || group.Publish is not null)
        {
            Commit(group, growth, state, isFirst);
        }

        // Durable from here on. A crash before the head is signed forks nothing: the head is a function of the rows, and the next start signs it again.
        if (entries.Count > 0)
        {
            if (state.HeadKeys is { } keys && keys != _state.HeadKeys && !_keys.Heads.TryUse(keys.InForce))
            {
                throw new LedgerUnavailableException("a head key was announced that is not here");
            }

            _head = _keys.Heads.TrySign(growth.After.Size, growth.After.Root, out var note) ? note : throw new LedgerUnavailableException("the head signer refused: another head of this size was signed");
            (_edge, _state, _epoch) = (growth.After, state, _plane.Epoch);
            _fold = state.EndsWithState ? Tuple.Create(state, growth.After) : _fold;
        }

        foreach (var (_, kept) in group.Blobs)
        {
            _ = kept.TrySetResult(true);
        }

        foreach (var beat in group.Beats)
        {
            _ = beat.TrySetResult(true);
        }

        foreach (var (_, done) in group.Deletions)
        {
            _ = done.TrySetResult(true);
        }

        Release(entries, growth);
        foreach (var (waiting, index) in group.Repeats)
        {
            Repeat(waiting, index.Value);
        }

        // After the answers, which do not need it. Most of it was moved before, beside the writer; what is left is little, and only here is the log of writes begun anew.
        if (WalBytes > WalBytesMax && _rows.Checkpoint())
        {
            _ = Interlocked.Exchange(ref _walBytes, 0);
        }
    }

    private void Commit(Group group, MerkleGrowth growth, LedgerState state, bool isFirst)
    {
        var entries = group.Entries;
        long bytes = 0;
        _rows.Begin();
        if (isFirst)
        {
            _rows.FirstHead(_plane);
        }

        foreach (var (blob, _) in group.Blobs)
        {
            _rows.Blob(blob);
            bytes += RowBytes + blob.Bytes.Length;
        }

        for (var i = 0; i < entries.Count; i++)
        {
            var entry = entries[i];
            if (!entry.IsWhole())
            {
                throw new LedgerUnavailableException($"entry {(_edge.Size + i).ToString(CultureInfo.InvariantCulture)}: its leaf changed between signing and storing");
            }

            _rows.Entry(_edge.Size + i, entry.Leaf, entry.Written.Bytes.Span);
            foreach (var blob in entry.Waiting.Draft.Blobs)
            {
                _rows.Blob(blob);
                bytes += RowBytes + blob.Bytes.Length;
            }

            foreach (var part in entry.Waiting.Draft.Snapshots)
            {
                _rows.Snapshot(part);
                bytes += RowBytes + part.Bytes.Length;
            }

            _tiles.Append(entry.LeafHash, _rows.Tile);
            bytes += RowBytes + entry.Leaf.Length + entry.Written.Bytes.Length;
        }

        foreach (var cipher in group.Deletions.SelectMany(d => d.Blobs))
        {
            _rows.Delete(cipher);
            bytes += RowBytes;
        }

        if (entries.Count == 0 && group.Beats.Count > 0)
        {
            _rows.Beat(_beats = (_beats + 1) % int.MaxValue);
        }

        if (group.Publish is { } note && Checkpoint.TryParse(note.TextAsString(), out var head))
        {
            _rows.Published(head.Size, note);
        }

        if (entries.Count > 0 && !_rows.Head(growth.After, _plane, state.Parts.Digests.Digest, _edge.Size, _epoch))
        {
            throw new LedgerUnavailableException("another writer moved the head: this one is fenced");
        }

        _rows.Commit();
        _ = Interlocked.Add(ref _walBytes, bytes);
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
