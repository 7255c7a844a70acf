using System.Collections.Immutable;
using Obstat.Proof.Bundles;
using Obstat.Proof.Leases;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Verification;

/// <summary>
/// V15 and V16: what else stood in the log. Both can be told of a whole log only. Whom a revocation or a halt is of is hidden under the tenant's pepper, so of all kinds but <c>all</c>
/// nobody can tell from the log alone whether it is of this permit: then V15 is not proved, and names the entries.
/// </summary>
internal static class HistoryChecks
{
    public static void Run(EvidenceBundle bundle, ImmutableArray<CheckedEntry> entries, long size, Findings findings)
    {
        var complete = 0L; // entries 0 to here, without a hole, all of them read
        foreach (var entry in entries)
        {
            complete = entry.Index == complete && entry.Statement is not null ? complete + 1 : complete;
        }

        Stops(entries, complete, findings);
        var told = entries.Select(Tell).OfType<string>().ToList();
        if (!bundle.Erased.IsEmpty)
        {
            told.Add($"{bundle.Erased.Length} blobs listed as erased");
        }

        var listed = told.Count > 0 ? string.Join("; ", told) : "none in these";
        if (size > 0 && complete == size && entries.Length == size)
        {
            findings.Verified(CheckIds.Missing, $"all {size} entries of the head are here; {listed}");
        }
        else
        {
            findings.NotAsked(CheckIds.Missing, $"{entries.Length} of {size} entries are in this file; {listed}");
        }
    }

    private static void Stops(ImmutableArray<CheckedEntry> entries, long complete, Findings findings)
    {
        var reported = entries.Select(e => e.Statement).OfType<OutcomeStatement>().Select(o => o.Jti).ToHashSet(StringComparer.Ordinal);
        var standing = new List<(StopTarget Target, string Word, long Index)>();
        var seen = false;
        foreach (var entry in entries)
        {
            switch (entry.Statement)
            {
                case RevocationStatement revocation:
                    standing.Add((revocation.Target, "revocation", entry.Index));
                    seen = true;
                    break;
                case HaltStatement { IsLift: false } halt:
                    standing.Add((halt.Scope, "halt", entry.Index));
                    seen = true;
                    break;
                case HaltStatement lift:
                    _ = standing.RemoveAll(s => s.Word == "halt" && s.Target == lift.Scope);
                    break;
                case DecisionStatement { Permit: not null } when entry.Index >= complete:
                    findings.NotAsked(CheckIds.Stops, $"entry {entry.Index}: not every entry before it is in this file", entry.Index);
                    break;
                case DecisionStatement { Permit: { } permit }:
                    Judge(entry.Index, entry.Permit is not null || reported.Contains(permit.Jti), standing, seen, findings);
                    break;
                default:
                    break;
            }
        }

        if (findings.Count(CheckIds.Stops) == 0)
        {
            findings.NotAsked(CheckIds.Stops, "nothing here was permitted");
        }
    }

    /// <summary>A decision may be recorded after a halt that was given meanwhile; its permit then is not released. So it is the release that a halt of everything contradicts.</summary>
    private static void Judge(long index, bool wasReleased, List<(StopTarget Target, string Word, long Index)> standing, bool seen, Findings findings)
    {
        var ofAll = standing.Find(s => s.Target.Kind == ScopeKind.All);
        if (ofAll.Target is not null)
        {
            var halted = $"entry {index}: everything was stopped by the {ofAll.Word} in entry {ofAll.Index}, which stands before it";
            if (wasReleased)
            {
                findings.Failed(CheckIds.Stops, $"{halted}, and its permit was released", index);
            }
            else
            {
                findings.NotAsked(CheckIds.Stops, $"{halted}; that its permit was released is not in this file", index);
            }
        }
        else if (standing.Count > 0)
        {
            var named = string.Join(", ", standing.Select(s => $"{s.Word} of one {Scope.Word(s.Target.Kind)} in entry {s.Index}"));
            findings.NotAsked(CheckIds.Stops, $"entry {index}: before it stand {named}; whom they are of is hidden, so it is not proved that they are not of this permit", index);
        }
        else
        {
            findings.Verified(CheckIds.Stops, seen ? $"entry {index}: every halt before it was lifted, and no revocation is before it" : $"entry {index}: no halt and no revocation in any entry before it", index);
        }
    }

    private static string? Tell(CheckedEntry entry) => entry.Statement switch
    {
        GapStatement gap => $"gap ({gap.Kind}) in entry {entry.Index}: {gap.From} to {gap.To}, {gap.Why}",
        OrphanedStatement orphaned => $"orphaned in entry {entry.Index}: decision {orphaned.Decision.Index} has no outcome ({orphaned.Why})",
        RevocationStatement revocation => $"revocation in entry {entry.Index}: of {Of(revocation.Target)}, {revocation.Reason}",
        HaltStatement halt => $"{(halt.IsRearm ? "armed again" : halt.IsLift ? "halt lifted" : "halt")} in entry {entry.Index}: of {Of(halt.Scope)}",
        _ => null,
    };

    private static string Of(StopTarget target) => target.Kind == ScopeKind.All ? "everything" : $"one {Scope.Word(target.Kind)}";
}
