using Obstat.Core.Records;
using Obstat.Proof;
using Obstat.Proof.Notes;

namespace Obstat.Storage.Writing;

/// <summary>What waits for the writer: drafts, blobs to keep, heads to publish. Bounded in number and bytes; what finds no place is refused at once.</summary>
internal sealed class Intake(int max, long bytesMax) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _work = new(0);       // wakes the writer
    private readonly SemaphoreSlim _whileBusy = new(0);  // wakes who fills the next group while the writer commits
    private readonly Queue<Waiting> _drafts = new();
    private readonly Queue<(StoredBlob Blob, TaskCompletionSource<bool> Kept)> _blobs = new();
    private readonly Queue<TaskCompletionSource<bool>> _beats = new();
    private readonly Queue<(IReadOnlyList<Digest> Blobs, TaskCompletionSource<bool> Done)> _deletions = new();
    private SignedNote? _publish;
    private long _bytes;
    private bool _closed;
    private bool _busy;

    internal bool TryAdd(Waiting waiting)
    {
        lock (_lock)
        {
            if (_closed || _drafts.Count + _blobs.Count >= max || _bytes + waiting.Bytes > bytesMax)
            {
                return false;
            }

            _drafts.Enqueue(waiting);
            _bytes += waiting.Bytes;
        }

        Wake();
        return true;
    }

    internal bool TryAdd(StoredBlob blob, TaskCompletionSource<bool> kept)
    {
        lock (_lock)
        {
            if (_closed || _drafts.Count + _blobs.Count >= max || _bytes + blob.Bytes.Length > bytesMax)
            {
                return false;
            }

            _blobs.Enqueue((blob, kept));
            _bytes += blob.Bytes.Length;
        }

        Wake();
        return true;
    }

    /// <summary>Asks for a commit that begins from now on.</summary>
    internal bool TryAdd(TaskCompletionSource<bool> beat)
    {
        lock (_lock)
        {
            if (_closed || _beats.Count >= max)
            {
                return false;
            }

            _beats.Enqueue(beat);
        }

        Wake();
        return true;
    }

    /// <summary>Asks for blobs to be deleted that are durable in another file.</summary>
    internal bool TryDelete(IReadOnlyList<Digest> blobs, TaskCompletionSource<bool> done)
    {
        lock (_lock)
        {
            if (_closed)
            {
                return false;
            }

            _deletions.Enqueue((blobs, done));
        }

        Wake();
        return true;
    }

    internal bool IsClosed
    {
        get
        {
            lock (_lock)
            {
                return _closed;
            }
        }
    }

    /// <summary>Asks for a head to be published; an older one that still waits is dropped.</summary>
    internal void Publish(SignedNote head)
    {
        lock (_lock)
        {
            _publish = head;
        }

        Wake();
    }

    /// <summary>Waits until there is something, at most so long.</summary>
    internal void Wait(TimeSpan most) => Drain(_work, most);

    /// <summary>Takes what one group may hold.</summary>
    internal Batch Take(int draftsMax, long groupBytesMax)
    {
        lock (_lock)
        {
            var drafts = new List<Waiting>(Math.Min(_drafts.Count, draftsMax));
            long bytes = 0;
            while (drafts.Count < draftsMax && _drafts.TryPeek(out var next) && (drafts.Count == 0 || bytes + next.Bytes <= groupBytesMax))
            {
                drafts.Add(_drafts.Dequeue());
                bytes += next.Bytes;
            }

            var blobs = _blobs.ToArray();
            _blobs.Clear();
            _bytes -= bytes + blobs.Sum(b => (long)b.Blob.Bytes.Length);
            var beats = _beats.ToArray();
            _beats.Clear();
            var deletions = _deletions.ToArray();
            _deletions.Clear();
            var publish = _publish;
            _publish = null;
            return new(drafts, blobs, beats, deletions, publish);
        }
    }

    /// <summary>Takes no more; what waits stays to be taken.</summary>
    internal void Close()
    {
        lock (_lock)
        {
            _closed = true;
        }

        _ = _work.Release();
        _ = _whileBusy.Release();
    }

    /// <summary>The writer begins or ends a commit. What comes during it wakes the other thread.</summary>
    internal void Busy(bool busy)
    {
        bool waits;
        lock (_lock)
        {
            _busy = busy;
            waits = busy && (_drafts.Count > 0 || _blobs.Count > 0 || _beats.Count > 0);
        }

        if (waits)
        {
            Wake();
        }
    }

    internal bool IsBusy => Volatile.Read(ref _busy);

    /// <summary>Waits until something came while the writer is busy, or the intake is closed.</summary>
    internal void WaitBusy() => Drain(_whileBusy, Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        _work.Dispose();
        _whileBusy.Dispose();
    }

    private void Wake() => _ = (IsBusy ? _whileBusy : _work).Release();

    private static void Drain(SemaphoreSlim signal, TimeSpan most)
    {
        if (signal.Wait(most))
        {
            while (signal.Wait(0))
            {
                // One look takes all that came; further signals of the same work would only wake for nothing.
            }
        }
    }

    internal sealed record Batch(List<Waiting> Drafts, (StoredBlob Blob, TaskCompletionSource<bool> Kept)[] Blobs, TaskCompletionSource<bool>[] Beats, (IReadOnlyList<Digest> Blobs, TaskCompletionSource<bool> Done)[] Deletions, SignedNote? Publish)
    {
        internal bool IsEmpty => Drafts.Count == 0 && Blobs.Length == 0 && Beats.Length == 0 && Deletions.Length == 0 && Publish is null;
    }
}
