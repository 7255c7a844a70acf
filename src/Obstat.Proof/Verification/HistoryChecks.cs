using System.Collections.Immutable;
using Obstat.Proof.Bundles;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Verification;

/// <summary>
/// V15 and V16: what else stood in the log. Both can be told of a whole log only. No type of statement that is known here revokes or halts: an entry of such a type is no statement (V02),
/// so a complete beginning of known entries has none.
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

        foreach (var entry in entries)
        {
            if (entry.Statement is not DecisionStatement { Permit: not null })
            {
                continue;
            }

            if (entry.Index < complete)
            {
                findings.Verified(CheckIds.Stops, $"entry {entry.Index}: no halt and no revocation in any entry before it", entry.Index);
            }
            else
            {
                findings.NotAsked(CheckIds.Stops, $"entry {entry.Index}: not every entry before it is in this file", entry.Index);
            }
        }

        if (findings.Count(CheckIds.Stops) == 0)
        {
            findings.NotAsked(CheckIds.Stops, "nothing here was permitted");
        }

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

    private static string? Tell(CheckedEntry entry) => entry.Statement switch
    {
        GapStatement gap => $"gap ({gap.Kind}) in entry {entry.Index}: {gap.From} to {gap.To}, {gap.Why}",
        OrphanedStatement orphaned => $"orphaned in entry {entry.Index}: decision {orphaned.Decision.Index} has no outcome ({orphaned.Why})",
        _ => null,
    };
}
