using System.Collections.Immutable;
using Obstat.Proof.Merkle;
using Obstat.Proof.Notes;

namespace Obstat.Proof.Verification;

/// <summary>
/// Audits a whole log, entry by entry from index 0: leaf hashes, statements, statement digest = leaf digest, signatures in role and key window, origin, times that do not go back, enforcement points'
/// numbers and chains, references to earlier entries, heads. Nothing is repaired, and nothing ends it: what is wrong is told and the next entry is read. What one entry alone can tell is read on all
/// cores while the batch before is judged in order. Not safe for concurrent use.
/// </summary>
public sealed class LogAudit
{
    /// <summary>Findings that are kept; the count goes on.</summary>
    public const int FindingsMax = 100;

    private const int ErrorsOfFoldMax = 1;

    private readonly VerifierKey _headKey;
    private readonly List<(string Source, SignedNote Note)> _notes = [];
    private readonly bool _withSignatures;
    private readonly Func<AuditedEntry, string?>? _fold;
    private readonly SortedDictionary<long, List<(string Source, Digest Root)>> _heads = [];
    private readonly List<AuditFinding> _findings = [];
    private readonly AuditOrder _order;
    private readonly Dictionary<string, long> _faults = new(StringComparer.Ordinal);
    private AuditRow[] _waiting = [];
    private readonly TileGrowth _tiles = new();
    private long _taken;
    private long _statements;
    private int _foldErrors;

    /// <param name="headKey">A key of the log's heads that is believed; its name is the origin. The genesis or a rotation after it must name it.</param>
    /// <param name="withSignatures">Whether statement signatures are verified; without them the audit is incomplete at best.</param>
    /// <param name="fold">Folds the state and says what does not follow; null where nobody folds.</param>
    public LogAudit(VerifierKey headKey, bool withSignatures = true, Func<AuditedEntry, string?>? fold = null)
    {
        ArgumentNullException.ThrowIfNull(headKey);
        (_headKey, _withSignatures, _fold) = (headKey, withSignatures, fold);
        _order = new AuditOrder(headKey.Name, Tell);
    }

    /// <summary>Count of entries taken.</summary>
    public long Size => _taken;

    /// <summary>The keys that the log announces.</summary>
    public KeyWindows Keys => _order.Keys;

    /// <summary>The keys of its heads that the entries announce; null before a genesis.</summary>
    public HeadKeys? HeadKeys => _order.HeadKeys;

    /// <summary>Is given each leaf hash, in order, when its row is judged.</summary>
    internal Action<Digest>? Hashed { get; init; }

    /// <summary>Is given each tile that became full.</summary>
    internal Action<TileAddress, byte[]> Filled { get; init; } = (_, _) => { };

    /// <summary>The tiles that were started.</summary>
    internal TileGrowth Tiles => _tiles;

    /// <summary>Names a head that the entries must lead to. Only before its size is reached.</summary>
    public void Expect(string source, Checkpoint head)
    {
        ArgumentNullException.ThrowIfNull(head);
        if (head.Origin != _headKey.Name)
        {
            Tell(new(AuditChecks.Heads, AuditFault.Unreadable, null, $"{source}: expected a head of {_headKey.Name}, got one of {head.Origin}"));
            return;
        }

        if (!_heads.TryGetValue(head.Size, out var same))
        {
            _heads.Add(head.Size, same = []);
        }

        if (same.Find(h => h.Root != head.Root) is { Source: { } other })
        {
            Tell(new(AuditChecks.Heads, AuditFault.Forked, null, $"{source} and {other}: two roots at size {head.Size}: the log was forked"));
        }

        same.Add((source, head.Root));
    }

    /// <summary>Names a head that the entries must lead to, with its note: the keys that the entries announce for its size must have signed it, and no other key of the log. Only before its size is reached.</summary>
    public void Expect(string source, SignedNote note, Checkpoint head)
    {
        _notes.Add((source, note));
        Expect(source, head);
    }

    /// <summary>Takes the next entries, some thousands at a time. A statement is null where only the leaf is known.</summary>
    public void Take(IReadOnlyList<(ReadOnlyMemory<byte> Leaf, ReadOnlyMemory<byte>? Statement)> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var first = _taken;
        var rows = new AuditRow[entries.Count];
        var before = _waiting;
        var judging = Task.Run(() => JudgeAll(before));
        _ = Parallel.For(0, rows.Length, i =>
        {
            rows[i] = new AuditRow(first + i, entries[i].Leaf, entries[i].Statement);
            rows[i].Read(_withSignatures);
        });
        judging.GetAwaiter().GetResult();
        _waiting = rows;
        _taken += rows.Length;
    }

    /// <summary>Tells what was found outside of the entries: in files, in the trust of heads.</summary>
    public void Tell(AuditFinding finding)
    {
        ArgumentNullException.ThrowIfNull(finding);
        _faults[finding.Check] = _faults.GetValueOrDefault(finding.Check) + 1;
        if (_findings.Count < FindingsMax)
        {
            _findings.Add(finding);
        }
    }

    /// <summary>Ends the reading: what was taken is judged, and the tree of it is there.</summary>
    public MerkleEdge Close()
    {
        JudgeAll(_waiting);
        _waiting = [];
        return _tiles.ToEdge();
    }

    /// <summary>Ends the audit.</summary>
    /// <param name="head">The newest head that is believed; null where there is none.</param>
    /// <param name="files">What was seen of the files.</param>
    /// <param name="causes">What explains other findings: told first.</param>
    public AuditReport Finish(Checkpoint? head, (CheckStatus Status, string Detail) files, IEnumerable<AuditFinding> causes)
    {
        ArgumentNullException.ThrowIfNull(causes);
        _ = Close();
        foreach (var (size, heads) in _heads.Where(h => h.Key > _taken))
        {
            Tell(new(AuditChecks.Heads, AuditFault.RolledBack, null, $"{heads[0].Source}: a signed head of size {size} is known, the log ends at {_taken}: its tail was lost, or an old copy was restored"));
        }

        if (HeadKeys is { } announced && !announced.Windows.Any(w => w.Key.Equals(_headKey)))
        {
            Tell(new(AuditChecks.Order, AuditFault.Misplaced, 0, "entry 0: expected the genesis of this head key, or of one that this key replaced"));
        }

        foreach (var (source, note) in _notes)
        {
            if (HeadKeys is { } keys && !keys.TryOpen(note, out _, out var error))
            {
                Tell(new(AuditChecks.Heads, AuditFault.Unsigned, null, $"{source}: {error}"));
            }
        }

        var points = _order.Judge();
        CheckStatus Status(string id, bool done) => _faults.ContainsKey(id) ? CheckStatus.Failed : done ? CheckStatus.Verified : CheckStatus.NotChecked;
        string Detail(string id, string seen) => _faults.TryGetValue(id, out var count) ? $"{count} findings" : seen;
        var read = _taken > 0 && _statements == _taken;
        var untold = points.Count(p => !p.Missing.IsEmpty);
        var unclosed = points.Count(p => p is { IsOver: true, IsClosed: false });
        var all = new Dictionary<string, (CheckStatus Status, string Detail)>(StringComparer.Ordinal)
        {
            [AuditChecks.Files] = (Status(AuditChecks.Files, files.Status == CheckStatus.Verified), Detail(AuditChecks.Files, files.Detail)),
            [AuditChecks.Heads] = (Status(AuditChecks.Heads, head is not null), Detail(AuditChecks.Heads, $"{_heads.Sum(h => h.Value.Count)} heads, the newest of size {head?.Size}")),
            [AuditChecks.Entries] = (Status(AuditChecks.Entries, read && head?.Size == _taken), Detail(AuditChecks.Entries, read ? $"{_taken} entries" : $"{_taken} leaves, {_statements} statements")),
            [AuditChecks.Signatures] = (Status(AuditChecks.Signatures, read && _withSignatures), Detail(AuditChecks.Signatures, !_withSignatures ? "left out, as asked" : $"{_statements} signatures by {Keys.All.Count()} keys")),
            [AuditChecks.Order] = (Status(AuditChecks.Order, read), Detail(AuditChecks.Order, $"{_statements} entries")),
            [AuditChecks.Numbers] = (Status(AuditChecks.Numbers, read && untold == 0), Detail(AuditChecks.Numbers, untold == 0 ? $"{points.Length} boots{(unclosed == 0 ? "" : $", {unclosed} over and not closed")}" : $"of {untold} boots numbers are missing")),
            [AuditChecks.Ends] = (Status(AuditChecks.Ends, read), Detail(AuditChecks.Ends, $"{_order.Ends.Open} open, {_order.Ends.Orphaned} orphaned, {_order.Ends.Late} reported late")),
            [AuditChecks.State] = (Status(AuditChecks.State, read && _fold is not null), Detail(AuditChecks.State, _fold is null ? "nobody folded it here" : $"{_order.States} state entries")),
        };
        return new AuditReport
        {
            Head = head,
            Size = _taken,
            Checks = [.. AuditChecks.All.Select(c => new AuditCheck(c.Id, c.Title, all[c.Id].Status, all[c.Id].Detail))],
            // A head that nobody signed who is believed comes first: what it says of the entries says nothing.
            Findings = [.. _findings.Where(f => f is { Check: AuditChecks.Heads, Fault: AuditFault.Unreadable or AuditFault.Unsigned }).Concat(causes).Concat(_findings).Concat(Missing(points)).Distinct().Take(FindingsMax)],
            Points = points,
            Ends = _order.Ends,
            Gaps = _order.Gaps,
        };
    }

    /// <summary>Numbers without entry are named and prove nothing: what a point said may be on its way, or the entry that tells of it.</summary>
    private static IEnumerable<AuditFinding> Missing(IEnumerable<AuditPoint> points) => points.SelectMany(p => p.Missing, (p, range) => new AuditFinding(
        AuditChecks.Numbers, AuditFault.Missing, null, $"{p.Id} {p.Boot}: {(range.First == range.Last ? $"number {range.First} has" : $"numbers {range.First} to {range.Last} have")} no entry, and no gap entry tells it"));

    private void JudgeAll(AuditRow[] rows)
    {
        foreach (var row in rows)
        {
            Hashed?.Invoke(row.LeafHash);
            _tiles.Append(row.LeafHash, Filled);
            if (_heads.TryGetValue(_tiles.Size, out var heads))
            {
                var root = _tiles.ToEdge().Root;
                foreach (var (source, expected) in heads.Where(h => h.Root != root))
                {
                    Tell(new(AuditChecks.Entries, AuditFault.Changed, null, $"the entries to {_tiles.Size} have root {root}, {source} says {expected}"));
                }
            }

            Judge(row);
        }
    }

    private void Judge(AuditRow row)
    {
        if (row.Error is { } error)
        {
            Tell(new(AuditChecks.Entries, AuditFault.Changed, row.Index, error));
        }

        if (row.Entry is not { } entry)
        {
            return;
        }

        _statements++;
        if (!row.IsSigned)
        {
            Tell(new(AuditChecks.Signatures, AuditFault.Unsigned, row.Index, $"entry {row.Index}: the signature does not fit statement and key"));
        }

        _order.Take(entry, row.Leaf!.Key);
        if (_fold is not null && _foldErrors < ErrorsOfFoldMax && _fold(entry) is { } unfolded)
        {
            _foldErrors++; // what follows from a wrong state says nothing
            Tell(new(AuditChecks.State, AuditFault.State, row.Index, $"entry {row.Index}: {unfolded}"));
        }
    }
}
