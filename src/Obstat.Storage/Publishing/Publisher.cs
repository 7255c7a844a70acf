using System.Globalization;
using Obstat.Proof;
using Obstat.Proof.Merkle;
using Obstat.Proof.Notes;
using Obstat.Storage.Opening;
using Obstat.Storage.Files;
using Obstat.Storage.Reading;
using Obstat.Storage.Writing;

namespace Obstat.Storage.Publishing;

/// <summary>
/// Publishes the grown head, on a thread of its own: only after the entries that it newly covers were read back from the disk and hashed. A bit that flipped on its way there poisons the writer
/// before anybody was told a head over it.
/// </summary>
internal sealed class Publisher : IDisposable
{
    private const int ChunkLength = 1_024;

    private static readonly TimeSpan s_deletionMax = TimeSpan.FromSeconds(10);

    private readonly ManualResetEventSlim _stop = new();
    private readonly Writer _writer;
    private readonly LedgerReader _reader;
    private readonly Guard _guard;
    private readonly FoldFile _folds;
    private readonly HeadSigner _heads;
    private readonly Reserve _reserve;
    private readonly TimeSpan _every;
    private readonly Scrubber _scrubber;
    private readonly BlobMonths _months;
    private readonly Lock _moving = new();
    private readonly Thread _thread;
    private MerkleEdge _edge;
    private long _kept; // size of the fold that was kept last

    internal Publisher(string folder, Writer writer, LedgerReader reader, Guard guard, FoldFile folds, HeadSigner heads, MerkleEdge published, Reserve reserve, TimeSpan every, TimeProvider time)
    {
        (_writer, _reader, _guard, _folds, _heads, _edge, _reserve, _every) = (writer, reader, guard, folds, heads, published, reserve, every);
        _scrubber = new Scrubber(reader, time);
        _months = new BlobMonths(folder, reader);
        _thread = new Thread(Run) { IsBackground = true, Name = "ledger publisher" };
    }

    internal void Start() => _thread.Start();

    /// <summary>Ends the thread.</summary>
    internal void Stop()
    {
        _stop.Set();
        if (_thread.IsAlive)
        {
            _thread.Join();
        }
    }

    /// <summary>The head that is due, read back and remembered by the guard; null where nothing grew. Throws where the disk has something else.</summary>
    internal SignedNote? Due()
    {
        if (_writer.Head is not { } note || !Checkpoint.TryParse(note.TextAsString(), out var head) || head.Size <= _edge.Size)
        {
            return null;
        }

        var edge = _edge;
        while (edge.Size < head.Size)
        {
            edge = edge.Append(_reader.LeafHashes(edge.Size, Math.Min(edge.Size + ChunkLength, head.Size)));
        }

        if (edge.Root != head.Root)
        {
            throw new LedgerUnavailableException($"entries {_edge.Size.ToString(CultureInfo.InvariantCulture)} to {head.Size.ToString(CultureInfo.InvariantCulture)}: what the disk has is not what was signed");
        }

        _guard.Keep(note);
        _edge = edge;
        return note;
    }

    /// <summary>Keeps the newest fold that the published head covers.</summary>
    internal void KeepFold()
    {
        if (_writer.Fold is var (state, edge) && edge.Size > _kept && edge.Size <= _edge.Size)
        {
            _folds.Keep(state, edge, _heads);
            _kept = edge.Size;
        }
    }

    /// <summary>Moves some blobs of a month that is over; whether there were any.</summary>
    internal bool MoveMonths(int entries)
    {
        lock (_moving)
        {
            return !_reserve.IsLow && _months.Step(_edge.Size, _writer.State.Time, entries, Delete);
        }
    }

    public void Dispose()
    {
        _months.Dispose();
        _stop.Dispose();
    }

    private bool Delete(IReadOnlyList<Digest> blobs)
    {
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        return _writer.Intake.TryDelete(blobs, done) && done.Task.Wait(s_deletionMax) && done.Task.Result;
    }

    private void Run()
    {
        try
        {
            while (!_stop.Wait(_every))
            {
                _reserve.Look();
                if (_writer.Failure is not null)
                {
                    continue;
                }

                if (Due() is { } note)
                {
                    _writer.Intake.Publish(note);
                }

                KeepFold();
                _scrubber.Step(_edge);
                _ = MoveMonths(BlobMonths.StepMax);
            }
        }
#pragma warning disable CA1031 // What cannot be read back cannot be vouched for.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _writer.Poison(e.Message);
        }
    }
}
