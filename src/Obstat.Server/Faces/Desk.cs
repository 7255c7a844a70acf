using Obstat.Proof.Notes;
using Obstat.Storage;
using Obstat.Storage.Indexing;
using Obstat.Storage.Reading;

namespace Obstat.Server.Faces;

/// <summary>What one reading thread has: readers of the ledger and of its index, the head that answers are proven under, and a deadline. Not safe for concurrent use.</summary>
internal sealed class Desk(Ledger ledger, Damage damage) : IDisposable
{
    private LedgerReader? _reader;
    private IndexReader? _index;
    private long _deadline;

    /// <summary>The ledger's reader.</summary>
    public LedgerReader Reader => _reader ??= ledger.Read();

    /// <summary>The index's reader.</summary>
    public IndexReader Index => _index ??= IndexReader.Open(ledger.Folder);

    /// <summary>The newest signed head when the question began; null before the first.</summary>
    public Checkpoint? Head { get; private set; }

    /// <summary>Whether the time for the question is over.</summary>
    public bool IsLate => Environment.TickCount64 >= _deadline;

    /// <summary>What was found not to be what was signed.</summary>
    public Damage Damage => damage;

    /// <summary>Begins a question.</summary>
    public void Begin(long deadline)
    {
        _deadline = deadline;
        _index?.Resume();
        Head = ledger.Head is { } note && Checkpoint.TryOpen(note, ledger.HeadKey, out var head, out _) ? head : null;
    }

    /// <summary>Gives up where the time is over: a page says that it is busy rather than make others wait.</summary>
    public void CheckTime()
    {
        if (IsLate)
        {
            throw new OperationCanceledException("the time for a question of a face is over");
        }
    }

    /// <summary>Ends what the index is asked, from another thread.</summary>
    public void Interrupt() => _index?.Interrupt();

    /// <summary>Opens everything anew at the next question.</summary>
    public void Reset()
    {
        _reader?.Dispose();
        _index?.Dispose();
        (_reader, _index) = (null, null);
    }

    public void Dispose() => Reset();
}
