using System.Collections.Immutable;
using Obstat.Proof.Json;
using Obstat.Proof.Notes;

namespace Obstat.Proof.Verification;

/// <summary>What an audit of a whole log says. Never a verdict without the list of checks, and never without what it does not prove.</summary>
public sealed record AuditReport
{
    /// <summary>The newest head, where one was believed.</summary>
    public required Checkpoint? Head { get; init; }

    /// <summary>Count of entries read.</summary>
    public required long Size { get; init; }

    /// <summary>The checks, in order.</summary>
    public required ImmutableArray<AuditCheck> Checks { get; init; }

    /// <summary>What is wrong, causes first; at most <see cref="LogAudit.FindingsMax"/>.</summary>
    public required ImmutableArray<AuditFinding> Findings { get; init; }

    /// <summary>Each boot of each enforcement point.</summary>
    public required ImmutableArray<AuditPoint> Points { get; init; }

    /// <summary>Allows without outcome or orphan, those that were orphaned, and outcomes that came after that.</summary>
    public required (long Open, long Orphaned, long Late) Ends { get; init; }

    /// <summary>Gaps that the log tells of itself.</summary>
    public required ImmutableArray<string> Gaps { get; init; }

    /// <summary>The whole: any check failed, everything verified, or something could not be checked.</summary>
    public VerifyResult Result => Checks.Any(c => c.Status == CheckStatus.Failed) ? VerifyResult.Failed
        : Checks.All(c => c.Status == CheckStatus.Verified) ? VerifyResult.Verified : VerifyResult.Incomplete;

    /// <summary>The word for a result.</summary>
    public static string Word(VerifyResult result) => result switch { VerifyResult.Verified => "VERIFIED", VerifyResult.Failed => "FAILED", _ => "INCOMPLETE" };

    /// <summary>The machine's form, <c>execution-audit/1</c>.</summary>
    public JsonValue ToJson() => JsonValue.Object(
        ("format", JsonValue.Of(Names.AuditFormat)),
        ("result", JsonValue.Of(Word(Result))),
        ("head", Head is null ? JsonValue.Null : JsonValue.Object(("origin", JsonValue.Of(Head.Origin)), ("size", JsonValue.Of(Head.Size)), ("root", JsonValue.Of(Head.Root.ToBase64())))),
        ("size", JsonValue.Of(Size)),
        ("checks", JsonValue.Array(Checks.Select(c => JsonValue.Object(("id", JsonValue.Of(c.Id)), ("status", JsonValue.Of(VerifyReport.Word(c.Status))), ("detail", JsonValue.Of(c.Detail)))))),
        ("findings", JsonValue.Array(Findings.Select(f => JsonValue.Object(
            ("check", JsonValue.Of(f.Check)), ("fault", JsonValue.Of(f.Word)), ("entry", f.Index is { } at ? JsonValue.Of(at) : JsonValue.Null), ("detail", JsonValue.Of(f.Detail)))))),
        ("points", JsonValue.Array(Points.Select(p => p.ToJson()))),
        ("allows", JsonValue.Object(("open", JsonValue.Of(Ends.Open)), ("orphaned", JsonValue.Of(Ends.Orphaned)), ("late", JsonValue.Of(Ends.Late)))),
        ("gaps", JsonValue.Strings(Gaps)),
        ("notProved", JsonValue.Strings(VerifyReport.NotProved)));
}
