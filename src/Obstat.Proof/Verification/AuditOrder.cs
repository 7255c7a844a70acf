using System.Collections.Immutable;
using Obstat.Proof.Dsse;
using Obstat.Proof.Notes;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Verification;

/// <summary>The part of an audit that goes in order: places, keys, references, numbers, chains, ends.</summary>
internal sealed class AuditOrder(string origin, Action<AuditFinding> tell)
{
    private readonly Dictionary<(string Id, string Boot), PointNumbers> _numbers = [];
    private readonly Dictionary<string, string> _newest = new(StringComparer.Ordinal); // boot by point
    private readonly Dictionary<(string Id, string Boot), List<SeqRange>> _told = [];
    private readonly Dictionary<long, (Digest Statement, string Jti, string Id, string Boot)> _allows = [];
    private readonly HashSet<string> _open = new(StringComparer.Ordinal);
    private readonly HashSet<string> _orphaned = new(StringComparer.Ordinal);
    private readonly ImmutableArray<string>.Builder _gaps = ImmutableArray.CreateBuilder<string>();
    private Timestamp _planeTime;
    private long _orphans;
    private long _late;

    public KeyWindows Keys { get; } = new();

    /// <summary>The keys of the log's heads, as its entries announce them; null before a genesis.</summary>
    public HeadKeys? HeadKeys { get; private set; }

    public long States { get; private set; }

    public (long Open, long Orphaned, long Late) Ends => (_open.Count, _orphans, _late);

    public ImmutableArray<string> Gaps => _gaps.ToImmutable();

    public void Take(AuditedEntry entry, P256PublicKey key)
    {
        var (index, statement) = (entry.Index, entry.Statement);
        if (Place(index, statement) is { } misplaced)
        {
            tell(new(AuditChecks.Order, AuditFault.Misplaced, index, misplaced));
        }

        if (!Keys.TryTake(index, statement, out var error, out var rootIsKnown) || !rootIsKnown)
        {
            tell(new(AuditChecks.Signatures, AuditFault.Unsigned, index, error ?? $"entry {index}: its root key was never announced"));
        }

        if (Announce(index, statement) is { } refused)
        {
            tell(new(AuditChecks.Signatures, AuditFault.Unsigned, index, $"entry {index}: {refused}"));
        }

        var verdict = Keys.Judge(key, statement, index);
        if (verdict.Window is null)
        {
            tell(new(AuditChecks.Signatures, AuditFault.Unsigned, index, $"entry {index}: {verdict.Error ?? $"no entry announces key {key.Kid}"}"));
        }

        End(index, statement, entry.StatementDigest);
        Number(entry);
    }

    /// <summary>Judges chains and numbers when all entries are taken.</summary>
    public ImmutableArray<AuditPoint> Judge()
    {
        var points = ImmutableArray.CreateBuilder<AuditPoint>();
        foreach (var ((id, boot), numbers) in _numbers.OrderBy(n => n.Key.Id, StringComparer.Ordinal).ThenBy(n => n.Value.First))
        {
            if (numbers.Judge(out _) is { } fault)
            {
                tell(new(AuditChecks.Numbers, AuditFault.Relinked, null, $"{id} {boot}: {fault}"));
            }

            foreach (var miscounted in numbers.JudgeCounts())
            {
                tell(new(AuditChecks.Numbers, AuditFault.Miscounted, null, $"{id} {boot}: {miscounted}"));
            }

            var isOver = numbers.IsClosed || _newest[id] != boot;
            var told = _told.GetValueOrDefault((id, boot)) ?? [];
            var missing = numbers.Missing;
            var point = new AuditPoint(
                id, boot, missing.IsEmpty ? numbers.Last : missing[0].First - 1, numbers.Last,
                [.. missing.Where(m => !told.Any(t => t.First <= m.First && m.Last <= t.Last))], [.. missing.Where(m => told.Any(t => t.First <= m.First && m.Last <= t.Last))], numbers.Twice, isOver, numbers.IsClosed, numbers.Coverage);
            points.Add(point);
        }

        return points.DrainToImmutable();
    }

    /// <summary>Takes the head keys that an entry announces or ends; why it does not.</summary>
    private string? Announce(long index, Statement statement)
    {
        if (index == 0 && statement is GenesisStatement genesis)
        {
            HeadKeys = HeadKeys.Of(genesis.HeadKey);
        }
        else if (statement is KeyRotationStatement { Role: KeyRoles.Checkpoint } rotation && HeadKeys is not null)
        {
            if (!HeadKeys.TryRotate(index, rotation, out var next, out var error))
            {
                return error;
            }

            HeadKeys = next;
        }

        return null;
    }

    private string? Place(long index, Statement statement)
    {
        if (statement.Origin != origin)
        {
            return $"entry {index}: of log {statement.Origin}, expected {origin}";
        }

        if ((statement is GenesisStatement) != (index == 0))
        {
            return index == 0 ? "entry 0: expected a genesis" : $"entry {index}: a genesis that is not the first entry";
        }

        if (HeadKeys is { EndedAt: { } ended } keys && !(index == ended + 1 && statement is StateStatement))
        {
            return $"entry {index}: after the end of the log, which entry {ended} says goes on as {keys.Successor?.Name}";
        }

        if (statement is PlaneStatement)
        {
            if (statement.Time < _planeTime)
            {
                return $"entry {index}: the plane's time went back from {_planeTime} to {statement.Time}";
            }

            _planeTime = statement.Time;
        }

        if (statement is StateStatement state)
        {
            States++;
            return state.Size == index ? null : $"entry {index}: a state of size {state.Size}";
        }

        return null;
    }

    private void End(long index, Statement statement, in Digest digest)
    {
        switch (statement)
        {
            case DecisionStatement decision:
                if (decision.Permit is { } permit)
                {
                    _allows[index] = (digest, permit.Jti, decision.Ep.Id, decision.Ep.Boot);
                    if (!_open.Add(permit.Jti))
                    {
                        tell(new(AuditChecks.Order, AuditFault.Duplicated, index, $"entry {index}: a second decision of permit {permit.Jti}"));
                    }
                }

                break;
            case OutcomeStatement outcome:
                Close(index, outcome.Decision, outcome.Jti, outcome.Ep);
                break;
            case CoverageStatement coverage:
                foreach (var jti in coverage.Open.Where(jti => !_open.Contains(jti) && !_orphaned.Contains(jti)))
                {
                    tell(new(AuditChecks.Ends, AuditFault.Miscounted, index, $"entry {index}: names the execution of permit {jti} as open, which none of the entries before it left open"));
                }

                break;
            case OrphanedStatement orphaned:
                Close(index, orphaned.Decision, orphaned.Jti, null);
                break;
            case GapStatement gap:
                _gaps.Add($"entry {index}: {gap.Kind}, {gap.From} to {gap.To}, {gap.Why}");
                if (gap.Ep is { } ep)
                {
                    (_told.TryGetValue((ep.Id, ep.Boot), out var told) ? told : _told[(ep.Id, ep.Boot)] = []).AddRange(gap.Ranges);
                }

                break;
            default:
                break;
        }
    }

    private void Close(long index, EntryReference named, string jti, PointSequence? ep)
    {
        if (!_allows.TryGetValue(named.Index, out var decision) || decision.Statement != named.Statement || decision.Jti != jti || (ep is not null && (decision.Id != ep.Id || decision.Boot != ep.Boot)))
        {
            tell(new(AuditChecks.Order, AuditFault.Misplaced, index, $"entry {index}: names a decision in entry {named.Index} that is not there, or is of another permit or enforcement point"));
            return;
        }

        var wasOpen = _open.Remove(jti);
        if (ep is null && wasOpen)
        {
            _orphans++;
            _ = _orphaned.Add(jti);
        }
        else if (ep is not null && !wasOpen && _orphaned.Remove(jti))
        {
            _late++;
        }
        else if (!wasOpen)
        {
            tell(new(AuditChecks.Ends, AuditFault.Duplicated, index, $"entry {index}: the execution of permit {jti} was closed before"));
        }
    }

    private void Number(AuditedEntry entry)
    {
        if (entry.Statement is EnforcementPointStatement point)
        {
            _newest[point.Ep.Id] = point.Ep.Boot;
            _ = _numbers.TryAdd((point.Ep.Id, point.Ep.Boot), new PointNumbers(entry.Index));
            if (point.Previous is { } previous && _numbers.TryGetValue((point.Ep.Id, previous.Boot), out var before))
            {
                before.Reaches(previous.LastSeq);
            }
        }
        else if (NumberChecks.BootOf(entry.Statement) is { } boot)
        {
            if (!_numbers.TryGetValue(boot, out var numbers))
            {
                _numbers.Add(boot, numbers = new PointNumbers(entry.Index));
                _ = _newest.TryAdd(boot.Id, boot.Boot);
                tell(new(AuditChecks.Numbers, AuditFault.Misplaced, entry.Index, $"entry {entry.Index}: of boot {boot.Boot} of {boot.Id}, which never registered"));
            }

            if (numbers.Take(entry.Index, entry.Statement, entry.StatementDigest) is { } fault)
            {
                tell(new(AuditChecks.Numbers, AuditFault.Duplicated, entry.Index, $"{boot.Id} {boot.Boot}: {fault}"));
            }
        }
    }
}
