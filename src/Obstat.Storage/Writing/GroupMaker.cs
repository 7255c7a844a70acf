using Obstat.Core.Records;
using Obstat.Proof.Dsse;
using Obstat.Proof.Reasons;

namespace Obstat.Storage.Writing;

/// <summary>
/// Fills the next group: gives what waits its order upon the entries before it, durable or not yet, and has it signed. The writer asks for the group when the disk is free; while the disk is busy
/// a thread of its own goes on filling. What is made here has left nobody's hands: if the commit before it fails, it is refused with it.
/// </summary>
internal sealed class GroupMaker(Intake intake, GroupOrder order, StatementSigner signer, LedgerOptions options, TimeProvider time, LedgerState durable)
{
    private const int ChunkMax = 64;        // drafts in one go: as long the writer may have to wait for the group
    private const long ChunkBytesMax = 1 << 20;

    private readonly Lock _lock = new();
    private readonly TimeSpan _maxError = TimeSpan.FromMilliseconds(options.Clock.MaxErrorMs);
    private Group _open = new();
    private LedgerState _state = durable;
    private ClockWatch _watch = ClockWatch.Start(time.GetUtcNow(), time.GetElapsedTime(0), durable.Time.Time, TimeSpan.FromMilliseconds(options.Clock.MaxErrorMs));

    internal bool IsClockTrusted => Volatile.Read(ref _watch).IsTrusted;

    /// <summary>Why the clock is not trusted.</summary>
    internal string? Why => Volatile.Read(ref _watch).Why;

    /// <summary>Prepares some of what waits. False when nothing waits or the group is full.</summary>
    internal bool Prepare()
    {
        lock (_lock)
        {
            return !_open.IsFull && Fill();
        }
    }

    /// <summary>The group as it stands; the next one begins. What waits comes with it only as far as that is quick: of a flood, the rest is prepared during the commit.</summary>
    /// <param name="wait">How long a group that nobody waits for stays open for company; nothing is taken then.</param>
    internal Group Take(out TimeSpan wait)
    {
        lock (_lock)
        {
            if (!_open.IsFull && _open.Entries.Count < ChunkMax)
            {
                _ = Fill();
            }

            wait = _open.Wait;
            return wait > TimeSpan.Zero ? new Group() : Close();
        }
    }

    /// <summary>A group of the ledger's own drafts.</summary>
    internal Group Of(List<Waiting> own)
    {
        lock (_lock)
        {
            Sequence(own);
            return Close();
        }
    }

    /// <summary>The group of a clean end, which a <c>state</c> entry ends; empty where one stands already or the clock is not trusted.</summary>
    internal Group End()
    {
        lock (_lock)
        {
            if (_watch.IsTrusted && !_state.EndsWithState)
            {
                Sequence([new Waiting(Own.State())]);
            }

            return Close();
        }
    }

    /// <summary>What waits, without a place: to be refused.</summary>
    internal Group Discard()
    {
        lock (_lock)
        {
            var batch = intake.Take(int.MaxValue, long.MaxValue);
            _open.Blobs.AddRange(batch.Blobs);
            _open.Beats.AddRange(batch.Beats);
            _open.Deletions.AddRange(batch.Deletions);
            foreach (var waiting in batch.Drafts)
            {
                waiting.Refuse(DenyReason.LedgerUnavailable);
            }

            return Close();
        }
    }

    private Group Close()
    {
        var group = _open;
        _open = new Group();
        return group;
    }

    private bool Fill()
    {
        var batch = intake.Take(ChunkMax, ChunkBytesMax);
        var any = !batch.IsEmpty;
        _open.Blobs.AddRange(batch.Blobs);
        _open.Beats.AddRange(batch.Beats);
        _open.Deletions.AddRange(batch.Deletions);
        _open.Publish = batch.Publish ?? _open.Publish;
        Volatile.Write(ref _watch, _watch.Read(time.GetUtcNow(), time.GetElapsedTime(0), _state.Time.Time, _maxError));
        if (_watch.Ended is { } gap)
        {
            batch.Drafts.Insert(0, new Waiting(Own.Clock(gap)));
        }

        if (_watch.IsTrusted && _state.Size - _state.LastStateEntry > options.StateEvery)
        {
            batch.Drafts.Add(new Waiting(Own.State()));
        }

        Sequence(batch.Drafts);
        return any;
    }

    private void Sequence(List<Waiting> drafts)
    {
        if (drafts.Count == 0)
        {
            return;
        }

        try
        {
            var (entries, repeats, state) = order.Of(drafts, _state, _watch);
            if (LogEnd.IsEnding(state) && !state.EndsWithState)
            {
                // In one commit with the entry that ends the log, so that nothing can come between, and no end is half one.
                (var last, _, state) = order.Of([new Waiting(Own.State())], state, _watch);
                entries.AddRange(last);
            }

            Seal(entries);
            _state = state;
            _open.Add(entries, repeats, state);
        }
        catch
        {
            foreach (var waiting in drafts)
            {
                waiting.Refuse(DenyReason.LedgerUnavailable);
            }

            throw;
        }
    }

    /// <summary>On all cores what is to be signed here; what a point signed is hashed on the way, which is less work than giving it away.</summary>
    private void Seal(List<GroupEntry> entries)
    {
        var unsigned = entries.FindAll(entry => entry.Waiting.Draft.SignedBy is null);
        foreach (var entry in entries)
        {
            if (unsigned.Count <= 1 || entry.Waiting.Draft.SignedBy is not null)
            {
                entry.Seal(signer);
            }
        }

        if (unsigned.Count > 1)
        {
            _ = Parallel.For(0, unsigned.Count, i => unsigned[i].Seal(signer));
        }
    }
}
