using System.Collections.Immutable;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Verification;

/// <summary>V10: what closes an execution stands after the decision that it names, closes it once, and comes from the enforcement point that asked.</summary>
internal static class OrderChecks
{
    public static void Run(ImmutableArray<CheckedEntry> entries, Findings findings)
    {
        var decisions = entries.Where(e => e.Statement is not null).ToDictionary(e => e.Index);
        var closed = new HashSet<long>();
        var seen = new Dictionary<(string Type, string Jti), long>();
        foreach (var entry in entries)
        {
            var (named, jti, ep) = entry.Statement switch
            {
                OutcomeStatement outcome => (outcome.Decision, outcome.Jti, outcome.Ep),
                OrphanedStatement orphaned => (orphaned.Decision, orphaned.Jti, null),
                _ => ((EntryReference?)null, "", (PointSequence?)null),
            };
            if (named is null)
            {
                continue;
            }

            var type = entry.Statement!.Type;
            if (named.Index < entry.Index && !decisions.ContainsKey(named.Index))
            {
                findings.Lacking(CheckIds.Order, $"entry {entry.Index}: {type} of entry {named.Index}, which is not in this file", entry.Index);
                continue;
            }

            var decision = named.Index < entry.Index ? decisions[named.Index].Statement as DecisionStatement : null;
            var digest = named.Index < entry.Index ? decisions[named.Index].StatementDigest : default;
            var isFirst = seen.TryAdd((type, jti), entry.Index);
            if (findings.Claim(CheckIds.Order, entry.Index, $"decision {named.Index} before {type} {entry.Index}",
                named.Index < entry.Index ? null : $"entry {entry.Index}: {type} of entry {named.Index}, which is not earlier",
                decision is not null ? null : $"entry {entry.Index}: {type} of entry {named.Index}, which is no decision",
                digest == named.Statement ? null : $"entry {entry.Index}: names statement {named.Statement}, entry {named.Index} has {digest}",
                decision?.Permit?.Jti == jti ? null : $"entry {entry.Index}: of permit {jti}, entry {named.Index} fixed {decision?.Permit?.Jti ?? "none"}",
                ep is null || (decision?.Ep.Boot == ep.Boot && decision.Ep.Id == ep.Id) ? null : $"entry {entry.Index}: told by another enforcement point than the one that asked",
                isFirst ? null : $"entry {entry.Index}: a second {type} of permit {jti}, after entry {seen[(type, jti)]}"))
            {
                _ = closed.Add(named.Index);
            }
        }

        foreach (var entry in entries)
        {
            if (entry.Statement is DecisionStatement { Permit: not null } && !closed.Contains(entry.Index))
            {
                findings.NotAsked(CheckIds.Order, $"entry {entry.Index}: neither outcome nor orphan is in this file", entry.Index);
            }
        }

        if (findings.Count(CheckIds.Order) == 0)
        {
            findings.NotAsked(CheckIds.Order, "nothing here was permitted");
        }
    }
}
