using System.Collections.Immutable;
using Obstat.Proof.Bundles;
using Obstat.Proof.Statements;
using Obstat.Proof.Verification;

namespace Obstat.Cli.Demo;

/// <summary>The entries of a bundle that <c>verify</c> accepted; one that it did not accept has none.</summary>
internal sealed class Evidence
{
    private const string Call = "mcp.tools/call";

    private readonly ImmutableArray<(long Index, Statement Statement)> _entries;

    private Evidence(ImmutableArray<(long, Statement)> entries, string? complaint) => (_entries, Complaint) = (entries, complaint);

    /// <summary>Why verify did not accept the bundle; null: it did.</summary>
    public string? Complaint { get; }

    /// <summary>Verifies a bundle and reads its entries from <paramref name="from"/> on.</summary>
    public static Evidence Read(byte[] zip, Trust trust, long from)
    {
        var report = BundleVerifier.Verify(zip, trust);
        if (report.Result != VerifyResult.Verified || !EvidenceBundle.TryParse(zip, out var bundle, out _))
        {
            return new Evidence([], $"verify: {Worst(report)}");
        }

        var entries = ImmutableArray.CreateBuilder<(long, Statement)>();
        foreach (var entry in bundle.Entries.Where(e => e.Index >= from))
        {
            if (Statement.TryParse(entry.Statement.Span, out var statement, out _))
            {
                entries.Add((entry.Index, statement));
            }
        }

        return new Evidence(entries.DrainToImmutable(), null);
    }

    /// <summary>The first check that is not verified, in words.</summary>
    public static string Worst(VerifyReport report)
    {
        var worst = report.Checks.FirstOrDefault(c => c.Status == CheckStatus.Failed) ?? report.Checks.FirstOrDefault(c => c.Status != CheckStatus.Verified);
        return worst is null ? "VERIFIED" : $"{worst.Id} {VerifyReport.Word(worst.Status)}: {worst.Detail}";
    }

    /// <summary>A call that was permitted and whose outcome says that it succeeded.</summary>
    public long? Succeeded() => Calls().Where(c => c.Decision.IsAllowed && OutcomesOf(c.Index).Any(o => o.Result == "succeeded")).Select(c => (long?)c.Index).LastOrDefault();

    /// <summary>A request that the plane denied with this code.</summary>
    public long? Denied(string code) => Decisions().Where(d => d.Decision.Reason == code).Select(d => (long?)d.Index).LastOrDefault();

    /// <summary>The last call that the plane permitted: its entry says that the door did not run it. An outcome that says so must say this code.</summary>
    public long? NotRun(string code)
    {
        var last = Calls().LastOrDefault(c => c.Decision.IsAllowed);
        return last.Decision is null || OutcomesOf(last.Index).Any(o => o.Result != "refused" || o.Code != code) ? null : last.Index;
    }

    /// <summary>A gap that was recorded.</summary>
    public long? Gap() => _entries.Where(e => e.Statement is GapStatement).Select(e => (long?)e.Index).FirstOrDefault();

    /// <summary>An execution whose outcome says that it was stopped so, and by this code.</summary>
    public long? Stopped(string cause, string code)
        => _entries.Where(e => e.Statement is OutcomeStatement { Stop: { } stop } outcome && stop.Cause == cause && outcome.Code == code).Select(e => (long?)e.Index).FirstOrDefault();

    private IEnumerable<(long Index, DecisionStatement Decision)> Decisions() => _entries.Where(e => e.Statement is DecisionStatement { Canary: null }).Select(e => (e.Index, (DecisionStatement)e.Statement));

    private IEnumerable<(long Index, DecisionStatement Decision)> Calls() => Decisions().Where(d => d.Decision.Request.Action == Call);

    private IEnumerable<OutcomeStatement> OutcomesOf(long decision) => _entries.Select(e => e.Statement).OfType<OutcomeStatement>().Where(o => o.Decision.Index == decision);
}
