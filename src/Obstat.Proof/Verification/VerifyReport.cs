using System.Collections.Immutable;
using Obstat.Proof.Json;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Verification;

/// <summary>What a verification says: never a verdict without the list of checks, and never without what it does not prove.</summary>
public sealed class VerifyReport
{
    internal VerifyReport(ImmutableArray<Check> checks, Timestamp? notAfter)
    {
        (Checks, NotAfter) = (checks, notAfter);
        Result = checks.Any(c => c.Status == CheckStatus.Failed) ? VerifyResult.Failed
            : checks.Any(c => c.HoldsBack) || CheckIds.Mandatory.Any(id => checks.Single(c => c.Id == id).Status != CheckStatus.Verified) ? VerifyResult.Incomplete
            : VerifyResult.Verified;
    }

    /// <summary>What no verification of evidence can tell.</summary>
    public static ImmutableArray<string> NotProved { get; } =
    [
        "Actions that never went through an enforcement point leave no entry.",
        "An outcome is the enforcement point's signed claim, not the upstream's: that the effect happened, or was right, is not proved.",
        "Identity is what its issuer asserted.",
        "The recorded policy may be wrong.",
        "Without a quorum of witnesses others may have been shown another history.",
        "Entries after the last witnessed head can still be dropped together with their log.",
        "The order of entries is proved; their times are the plane's claim, bounded only by the times of witnesses.",
    ];

    /// <summary>All sixteen, in order.</summary>
    public ImmutableArray<Check> Checks { get; }

    /// <summary>The whole.</summary>
    public VerifyResult Result { get; }

    /// <summary>By when the entries existed, as the earliest trusted cosignature says; null where there is none.</summary>
    public Timestamp? NotAfter { get; }

    /// <summary>The machine's form, <c>execution-verify/1</c>.</summary>
    public JsonValue ToJson() => JsonValue.Object(
        ("format", JsonValue.Of(Names.VerifyFormat)),
        ("result", JsonValue.Of(Result switch { VerifyResult.Verified => "VERIFIED", VerifyResult.Failed => "FAILED", _ => "INCOMPLETE" })),
        ("checks", JsonValue.Array(Checks.Select(c => JsonValue.Object(
            ("id", JsonValue.Of(c.Id)), ("status", JsonValue.Of(Word(c.Status))), ("detail", JsonValue.Of(c.Detail)))))),
        ("bounds", JsonValue.Object(("notBefore", JsonValue.Null), ("notAfter", JsonValue.Of(NotAfter?.Time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture))))),
        ("notProved", JsonValue.Strings(NotProved)));

    /// <summary>The word for a status.</summary>
    public static string Word(CheckStatus status) => status switch { CheckStatus.Verified => "verified", CheckStatus.Failed => "failed", _ => "not checked" };
}
