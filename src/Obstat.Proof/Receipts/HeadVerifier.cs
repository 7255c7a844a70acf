using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Notes;

namespace Obstat.Proof.Receipts;

/// <summary>
/// Verifies heads of one log and remembers the last ones by their bytes: all permits of a group carry the same head, and its signature is checked once.
/// Safe for concurrent use.
/// </summary>
public sealed class HeadVerifier
{
    private const int RememberedMax = 64;

    private readonly Lock _lock = new();
    private readonly Queue<Digest> _order = new();
    private readonly Dictionary<Digest, Checkpoint> _verified = [];

    /// <param name="logKey">The key of the log's heads; its name is the origin.</param>
    public HeadVerifier(VerifierKey logKey) => LogKey = logKey;

    /// <summary>The key of the log's heads.</summary>
    public VerifierKey LogKey { get; }

    /// <summary>The head that a note is, if its log line verifies.</summary>
    public bool TryVerify(ReadOnlySpan<byte> note, [NotNullWhen(true)] out Checkpoint? head, [NotNullWhen(false)] out string? error)
    {
        error = null;
        var bytes = Digest.Of(note);
        lock (_lock)
        {
            if (_verified.TryGetValue(bytes, out head))
            {
                return true;
            }
        }

        if (!SignedNote.TryParse(note, out var parsed, out error) || !Checkpoint.TryOpen(parsed, LogKey, out head, out error))
        {
            head = null;
            return false;
        }

        lock (_lock)
        {
            if (_verified.TryAdd(bytes, head))
            {
                _order.Enqueue(bytes);
                if (_order.Count > RememberedMax)
                {
                    _ = _verified.Remove(_order.Dequeue());
                }
            }
        }

        return true;
    }
}
