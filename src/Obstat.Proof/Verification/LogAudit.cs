using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Dsse;
using Obstat.Proof.Leaves;
using Obstat.Proof.Merkle;
using Obstat.Proof.Notes;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Verification;

/// <summary>
/// Verifies a whole log, entry by entry from index 0: leaf hashes, statements, statement digest = leaf digest, signatures in role and key window, origin, times that do not go back,
/// enforcement points' numbers and chains, references to earlier entries. The caller compares heads (<see cref="Judge(Checkpoint)"/>) and folds the state. Nothing is repaired.
/// Not safe for concurrent use; signatures are verified on all cores.
/// </summary>
public sealed class LogAudit
{
    private const int BatchMax = 2_048;

    private readonly VerifierKey _headKey;
    private readonly KeyWindows _keys = new();
    private readonly Dictionary<string, P256PublicKey> _read = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Id, string Boot), PointNumbers> _numbers = [];
    private readonly Dictionary<long, (Digest Statement, string? Jti, string Id, string Boot)> _decisions = [];
    private readonly List<Digest> _leaves = [];
    private readonly List<(long Index, Leaf Leaf)> _signatures = [];
    private MerkleEdge _edge = MerkleEdge.Empty;
    private Timestamp _planeTime;
    private string? _error;

    /// <param name="headKey">The key of the log's heads; its name is the origin. The genesis must name it.</param>
    public LogAudit(VerifierKey headKey)
    {
        ArgumentNullException.ThrowIfNull(headKey);
        _headKey = headKey;
    }

    /// <summary>Count of entries taken.</summary>
    public long Size => _edge.Size + _leaves.Count;

    /// <summary>The keys that the log announces.</summary>
    public KeyWindows Keys => _keys;

    /// <summary>The tree of the entries taken.</summary>
    public MerkleEdge Edge
    {
        get
        {
            _edge = _edge.Append(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_leaves));
            _leaves.Clear();
            return _edge;
        }
    }

    /// <summary>Takes the next entry. After an error nothing more is taken.</summary>
    public bool TryTake(ReadOnlyMemory<byte> leaf, ReadOnlyMemory<byte> statement, out AuditedEntry entry, [NotNullWhen(false)] out string? error)
    {
        entry = default;
        var index = Size;
        _error ??= Take(index, leaf, statement, out entry);
        error = _error;
        return error is null;
    }

    /// <summary>Whether a head of this log is what the entries taken so far give; an error names the difference. Heads of other sizes than <see cref="Size"/> cannot be judged.</summary>
    public string? Judge(Checkpoint head)
    {
        ArgumentNullException.ThrowIfNull(head);
        return _error
            ?? (head.Origin != _headKey.Name ? $"expected a head of {_headKey.Name}, got one of {head.Origin}"
            : head.Size != Size ? $"expected the head of size {Size}, got that of size {head.Size}"
            : head.Root != Edge.Root ? $"the entries to {Size} have root {Edge.Root}, the head says {head.Root}"
            : null);
    }

    /// <summary>Ends the audit: the signatures that are still open, and the chains.</summary>
    /// <param name="boots">Each boot of each enforcement point with its highest number and what is missing of it; missing is no error, since what never arrived is told by gaps.</param>
    /// <returns>What is wrong, or null.</returns>
    public string? Finish(out IReadOnlyList<(string Id, string Boot, long Last, IReadOnlyList<string> Missing)> boots)
    {
        _error ??= VerifySignatures();
        var told = new List<(string, string, long, IReadOnlyList<string>)>();
        foreach (var ((id, boot), numbers) in _numbers)
        {
            var fault = numbers.Judge(out var missing);
            _error ??= fault is null ? null : $"{id} {boot}: {fault}";
            told.Add((id, boot, numbers.Last, missing));
        }

        boots = told;
        return _error;
    }

    private string? Take(long index, ReadOnlyMemory<byte> leafBytes, ReadOnlyMemory<byte> bytes, out AuditedEntry entry)
    {
        entry = default;
        if (!Leaf.TryParse(leafBytes, out var leaf, Remember))
        {
            return $"entry {index}: expected the one spelling of a hashedrekord leaf";
        }

        _ = _read.TryAdd(leaf.Key.ToBase64(), leaf.Key);
        if (leaf.PaeDigest != Pae.Digest(bytes.Span))
        {
            return $"entry {index}: the leaf holds the digest of another statement";
        }

        if (!Statement.TryParse(bytes.Span, out var statement, out var error))
        {
            return $"entry {index}: {error}";
        }

        var digest = Statement.DigestOf(bytes.Span);
        if (JudgePlace(index, statement, digest) is { } misplaced)
        {
            return misplaced;
        }

        if (!_keys.TryTake(index, statement, out error, out var rootIsKnown) || !rootIsKnown)
        {
            return error ?? $"entry {index}: its root key was never announced";
        }

        var verdict = _keys.Judge(leaf.Key, statement, index);
        if (verdict.Window is null)
        {
            return $"entry {index}: {verdict.Error ?? $"no entry announces key {leaf.Key.Kid}"}";
        }

        entry = new(index, statement, digest, leaf.Hash);
        _leaves.Add(entry.LeafHash);
        _signatures.Add((index, leaf));
        if (_leaves.Count >= BatchMax)
        {
            _ = Edge;
        }

        return _signatures.Count >= BatchMax ? VerifySignatures() : null;
    }

    private string? JudgePlace(long index, Statement statement, Digest digest)
    {
        if (statement.Origin != _headKey.Name)
        {
            return $"entry {index}: of log {statement.Origin}, expected {_headKey.Name}";
        }

        if ((statement is GenesisStatement) != (index == 0) || (statement is GenesisStatement genesis && !genesis.HeadKey.Equals(_headKey)))
        {
            return index == 0 ? "entry 0: expected the genesis of this head key" : $"entry {index}: a genesis that is not the first entry";
        }

        if (statement is PlaneStatement)
        {
            if (statement.Time < _planeTime)
            {
                return $"entry {index}: the plane's time went back from {_planeTime} to {statement.Time}";
            }

            _planeTime = statement.Time;
        }

        if (statement is StateStatement state && state.Size != index)
        {
            return $"entry {index}: a state of size {state.Size}";
        }

        return JudgeReference(index, statement, digest) ?? JudgeNumber(index, statement, digest);
    }

    private string? JudgeReference(long index, Statement statement, Digest digest)
    {
        switch (statement)
        {
            case DecisionStatement decision:
                _decisions.Add(index, (digest, decision.Permit?.Jti, decision.Ep.Id, decision.Ep.Boot));
                return null;
            case OutcomeStatement outcome:
                return JudgeDecision(index, outcome.Decision, outcome.Jti, outcome.Ep);
            case OrphanedStatement orphaned:
                return JudgeDecision(index, orphaned.Decision, orphaned.Jti, null);
            default:
                return null;
        }
    }

    private string? JudgeDecision(long index, EntryReference named, string jti, PointSequence? ep)
        => _decisions.TryGetValue(named.Index, out var decision) && decision.Statement == named.Statement && decision.Jti == jti && (ep is null || (decision.Id == ep.Id && decision.Boot == ep.Boot))
            ? null
            : $"entry {index}: names a decision in entry {named.Index} that is not there, or is of another permit or enforcement point";

    private string? JudgeNumber(long index, Statement statement, Digest digest)
    {
        if (NumberChecks.BootOf(statement) is not { } boot)
        {
            return null;
        }

        if (!_numbers.TryGetValue(boot, out var numbers))
        {
            _numbers.Add(boot, numbers = new PointNumbers());
        }

        return numbers.Take(index, statement, digest) is { } fault ? $"{boot.Id} {boot.Boot}: {fault}" : null;
    }

    private P256PublicKey? Remember(string base64) => _read.GetValueOrDefault(base64);

    private string? VerifySignatures()
    {
        var wrong = long.MaxValue;
        var gate = new Lock();
        _ = Parallel.ForEach(_signatures, signed =>
        {
            if (!signed.Leaf.Key.Verifies(signed.Leaf.PaeDigest, signed.Leaf.Signature.Span))
            {
                lock (gate)
                {
                    wrong = Math.Min(wrong, signed.Index);
                }
            }
        });
        _signatures.Clear();
        return wrong == long.MaxValue ? null : $"entry {wrong}: the signature does not fit statement and key";
    }
}
