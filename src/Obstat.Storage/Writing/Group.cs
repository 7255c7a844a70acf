using System.Diagnostics;
using Obstat.Core.Records;
using Obstat.Proof;
using Obstat.Proof.Notes;
using Obstat.Proof.Reasons;

namespace Obstat.Storage.Writing;

/// <summary>What one commit writes and then answers. It is filled while the disk is busy with the one before.</summary>
internal sealed class Group
{
    private const int EntriesMax = 4_096;
    private const long BytesMax = 8 << 20;

    private long _begun;
    private TimeSpan _mayWait = TimeSpan.MaxValue;
    private long _bytes;

    internal List<GroupEntry> Entries { get; } = [];

    /// <summary>Messages that were recorded before, with the entries that answer them: of a group before this one, or of this one.</summary>
    internal List<(Waiting Waiting, EntryIndex Index)> Repeats { get; } = [];

    internal List<(StoredBlob Blob, TaskCompletionSource<bool> Kept)> Blobs { get; } = [];

    internal List<TaskCompletionSource<bool>> Beats { get; } = [];

    /// <summary>Blobs that are durable in the file of their month and leave this one.</summary>
    internal List<(IReadOnlyList<Digest> Blobs, TaskCompletionSource<bool> Done)> Deletions { get; } = [];

    /// <summary>A head to be stored as published.</summary>
    internal SignedNote? Publish { get; set; }

    /// <summary>The fold after the last entry; null where there is no entry.</summary>
    internal LedgerState? State { get; private set; }

    internal bool IsEmpty => Entries.Count == 0 && Repeats.Count == 0 && Blobs.Count == 0 && Beats.Count == 0 && Deletions.Count == 0 && Publish is null;

    /// <summary>How long it may still wait for company: zero as soon as somebody waits for anything in it. Others' commits cost as much, so an outcome of its own would hold up the decision behind it.</summary>
    internal TimeSpan Wait
        => Repeats.Count > 0 || Blobs.Count > 0 || Beats.Count > 0 || Deletions.Count > 0 || Publish is not null || Entries.Count == 0 ? TimeSpan.Zero
            : _mayWait - Stopwatch.GetElapsedTime(_begun) is { Ticks: > 0 } left ? left : TimeSpan.Zero;

    /// <summary>Whether nothing may join any more. A <c>state</c> entry ends its group: a fold is kept of what a commit ends with.</summary>
    internal bool IsFull => Entries.Count >= EntriesMax || _bytes >= BytesMax || State is { EndsWithState: true };

    internal void Add(List<GroupEntry> entries, List<(Waiting Waiting, EntryIndex Index)> repeats, LedgerState after)
    {
        _begun = Entries.Count == 0 ? Stopwatch.GetTimestamp() : _begun;
        Entries.AddRange(entries);
        Repeats.AddRange(repeats);
        State = entries.Count > 0 ? after : State;
        foreach (var entry in entries)
        {
            _bytes += entry.Waiting.Bytes;
            _mayWait = entry.Waiting.Draft.MayWait < _mayWait ? entry.Waiting.Draft.MayWait : _mayWait;
        }
    }

    /// <summary>Nobody gets anything.</summary>
    internal void Refuse()
    {
        foreach (var entry in Entries)
        {
            entry.Waiting.Refuse(DenyReason.LedgerUnavailable);
        }

        foreach (var (waiting, _) in Repeats)
        {
            waiting.Refuse(DenyReason.LedgerUnavailable);
        }

        foreach (var (_, kept) in Blobs)
        {
            _ = kept.TrySetResult(false);
        }

        foreach (var beat in Beats)
        {
            _ = beat.TrySetResult(false);
        }

        foreach (var (_, done) in Deletions)
        {
            _ = done.TrySetResult(false);
        }
    }
}
