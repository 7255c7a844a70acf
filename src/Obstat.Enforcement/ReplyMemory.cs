using Obstat.Proof;
using Obstat.Proof.Notes;
using Obstat.Proof.Receipts;
using Obstat.Proof.Statements;

namespace Obstat.Enforcement;

/// <summary>
/// Remembers heads and decisions that were verified, so that the door is a witness too: a smaller head for a later ask, another root at a known size, two decisions with one predecessor,
/// another statement at a known index. Safe for concurrent use.
/// </summary>
internal sealed class ReplyMemory
{
    private const int Max = 8192;

    private readonly Lock _lock = new();
    private readonly Recent<long, Digest> _roots = new();
    private readonly Recent<long, Digest> _entries = new();
    private readonly Recent<Digest, Digest> _nextOf = new();
    private Checkpoint? _seen;
    private Digest? _first;

    public ReplyMemory(Checkpoint? seen)
    {
        _seen = seen;
        if (seen is not null)
        {
            _ = _roots.Agrees(seen.Size, seen.Root);
        }
    }

    /// <summary>The largest verified head.</summary>
    public Checkpoint? Seen
    {
        get
        {
            lock (_lock)
            {
                return _seen;
            }
        }
    }

    /// <summary>Takes any verified entry, such as the one of a registration: its head must not lie behind or contradict.</summary>
    public ReplyVerdict Take(VerifiedReceipt receipt)
    {
        lock (_lock)
        {
            return TakeHead(receipt.Head, _seen?.Origin == receipt.Head.Origin ? _seen.Size : 0) is var verdict and not ReplyVerdict.Joins ? verdict
                : _entries.Agrees(receipt.Index, receipt.StatementDigest) ? ReplyVerdict.Joins
                : ReplyVerdict.Contradiction;
        }
    }

    /// <summary>Takes the decision that answered an ask.</summary>
    /// <param name="receipt">The verified entry.</param>
    /// <param name="me">The point and boot.</param>
    /// <param name="seq">The number of the ask.</param>
    /// <param name="sizeBefore">Size of the largest verified head when the ask was sent; the decision lies behind it.</param>
    public ReplyVerdict Take(VerifiedReceipt receipt, PointBoot me, long seq, long sizeBefore)
    {
        lock (_lock)
        {
            if (receipt.Statement is not DecisionStatement decision || decision.Ep.Id != me.Id || decision.Ep.Boot != me.Boot || decision.Ep.Seq != seq || receipt.Index < sizeBefore)
            {
                return ReplyVerdict.Stale;
            }

            if (TakeHead(receipt.Head, sizeBefore) is var verdict and not ReplyVerdict.Joins)
            {
                return verdict;
            }

            // Replies come in any order and some are lost, so a predecessor may be unknown; but it has one successor, and one decision of the boot has none.
            var joins = decision.Ep.Prev is { } prev ? _nextOf.Agrees(prev, receipt.StatementDigest) : (_first ??= receipt.StatementDigest) == receipt.StatementDigest;
            return joins && _entries.Agrees(receipt.Index, receipt.StatementDigest) ? ReplyVerdict.Joins : ReplyVerdict.Contradiction;
        }
    }

    private ReplyVerdict TakeHead(Checkpoint head, long sizeBefore)
    {
        if (_seen is not null && _seen.Origin != head.Origin)
        {
            // Another log, which the point followed into: sizes and indexes mean something else there.
            _seen = null;
            _roots.Clear();
            _entries.Clear();
        }

        if (head.Size < sizeBefore || !_roots.Agrees(head.Size, head.Root))
        {
            return ReplyVerdict.Contradiction;
        }

        _seen = _seen is null || head.Size > _seen.Size ? head : _seen;
        return ReplyVerdict.Joins;
    }

    /// <summary>The newest facts, each of which holds for one key alone.</summary>
    private sealed class Recent<TKey, TValue>
        where TKey : notnull
        where TValue : struct, IEquatable<TValue>
    {
        private readonly Dictionary<TKey, TValue> _facts = [];
        private readonly Queue<TKey> _order = new();

        public void Clear()
        {
            _facts.Clear();
            _order.Clear();
        }

        public bool Agrees(TKey key, TValue value)
        {
            if (_facts.TryGetValue(key, out var known))
            {
                return known.Equals(value);
            }

            _facts.Add(key, value);
            _order.Enqueue(key);
            if (_order.Count > Max)
            {
                _ = _facts.Remove(_order.Dequeue());
            }

            return true;
        }
    }
}
