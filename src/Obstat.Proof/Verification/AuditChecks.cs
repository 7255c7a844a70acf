using System.Collections.Immutable;

namespace Obstat.Proof.Verification;

/// <summary>The checks of an audit, by their ids.</summary>
public static class AuditChecks
{
    public const string Files = "A01";
    public const string Heads = "A02";
    public const string Entries = "A03";
    public const string Signatures = "A04";
    public const string Order = "A05";
    public const string Numbers = "A06";
    public const string Ends = "A07";
    public const string State = "A08";

    /// <summary>All, in order, with what they are about.</summary>
    public static ImmutableArray<(string Id, string Title)> All { get; } =
    [
        (Files, "every file is the one that the log gives"),
        (Heads, "every head is signed and continues the others"),
        (Entries, "every leaf holds its statement, and the entries lead to the head"),
        (Signatures, "every statement is signed in its role and window"),
        (Order, "every entry follows from those before it"),
        (Numbers, "every number of every enforcement point has its entry"),
        (Ends, "every allow has an outcome, or is listed"),
        (State, "the state, folded again, is the one of each state entry"),
    ];
}
