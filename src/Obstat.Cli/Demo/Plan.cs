using System.Collections.Immutable;
using Obstat.Proof.Reasons;

namespace Obstat.Cli.Demo;

/// <summary>The rows of the demo.</summary>
internal static class Plan
{
    /// <summary>What each row breaks, and the exact code that must come of it, in order.</summary>
    public static ImmutableArray<(string Broken, string Expected)> Rows { get; } =
    [
        ("nothing: transfer of 900.50", "allow"),
        ("policies taken away, plane restarted", nameof(DenyReason.PolicyMissing)),
        ("transfer of 12000.00, limit 1000", nameof(DenyReason.NotPermitted)),
        ("one bit of the permit flipped on the wire", nameof(DenyReason.AssertionInvalid)),
        ("unused permit kept until it expired", nameof(DenyReason.PermitExpired)),
        ("used permit given again", nameof(DenyReason.PermitReplayed)),
        ("root and permit key stolen: permit without entry", nameof(DenyReason.AssertionInvalid)),
        ("a key that nobody enrolled", nameof(DenyReason.IdentityUnverifiable)),
        ("tool definition changed in the server", nameof(DenyReason.AttestationBroken)),
        ("SIGKILL of the plane, then a call", nameof(DenyReason.PlaneUnavailable)),
        ("the same: a stream that ran, lease 2 s", nameof(DenyReason.PlaneUnavailable)),
        ("plane restarted, nothing repaired", "allow"),
        ("halt while a stream runs", nameof(DenyReason.Halted)),
        ("one byte of the exported bundle changed", "verify FAILED"),
        ("one byte of a copy of the ledger changed", nameof(DenyReason.LedgerUnavailable)),
    ];

    /// <summary>A row of the plan.</summary>
    /// <param name="number">Its number, from 1.</param>
    /// <param name="play">Breaks it and asks.</param>
    /// <param name="proof">Finds the entry that proves it.</param>
    public static Row Row(int number, Func<Task<Played>> play, Func<Evidence, long?> proof) => new(number, Rows[number - 1].Broken, Rows[number - 1].Expected, play, proof);
}
