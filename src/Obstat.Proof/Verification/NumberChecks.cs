using System.Collections.Immutable;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Verification;

/// <summary>V11: the numbers and chains of each boot of each enforcement point.</summary>
internal static class NumberChecks
{
    private const int ToldMax = 8;

    public static void Run(ImmutableArray<CheckedEntry> entries, Findings findings)
    {
        var boots = new OrderedDictionary<(string Id, string Boot), (PointNumbers Numbers, string? Error)>();
        foreach (var entry in entries)
        {
            if (BootOf(entry.Statement) is { } boot)
            {
                var (numbers, error) = boots.TryGetValue(boot, out var known) ? known : (new PointNumbers(), null);
                var taken = numbers.Take(entry.Index, entry.Statement!, entry.StatementDigest);
                boots[boot] = (numbers, error ?? taken);
            }
        }

        foreach (var ((id, boot), (numbers, error)) in boots)
        {
            var fault = numbers.Judge(out var missing);
            fault = error ?? fault ?? numbers.JudgeCounts().FirstOrDefault() ?? StillOpen(entries, boot);
            if (fault is null && missing.Count > 0)
            {
                findings.NotAsked(CheckIds.Numbers, $"{id} {boot}: no contradiction, but not in this file: {string.Join(", ", missing.Take(ToldMax))}{(missing.Count > ToldMax ? " ..." : "")}");
                continue;
            }

            _ = findings.Claim(CheckIds.Numbers, null, $"{id} {boot}: complete from 1 to {numbers.Last}{(numbers.IsClosed ? ", closed" : "")}", fault is null ? null : $"{id} {boot}: {fault}");
        }

        if (boots.Count == 0)
        {
            findings.NotAsked(CheckIds.Numbers, "nothing here has a number");
        }
    }

    /// <summary>An execution that a point names as open, though it told before that it ended.</summary>
    private static string? StillOpen(ImmutableArray<CheckedEntry> entries, string boot)
    {
        foreach (var entry in entries)
        {
            if (entry.Statement is CoverageStatement { Open.IsEmpty: false } coverage && coverage.Ep.Boot == boot
                && entries.FirstOrDefault(e => e.Index < entry.Index && e.Statement is OutcomeStatement outcome && coverage.Open.Contains(outcome.Jti)) is { } ended)
            {
                return $"entry {entry.Index}: names an execution as open that entry {ended.Index} ended";
            }
        }

        return null;
    }

    internal static (string Id, string Boot)? BootOf(Statement? statement) => statement switch
    {
        DecisionStatement decision => (decision.Ep.Id, decision.Ep.Boot),
        ReportStatement report => (report.Ep.Id, report.Ep.Boot),
        RefusalsStatement refusals => (refusals.Ep.Id, refusals.Ep.Boot),
        _ => null,
    };
}
