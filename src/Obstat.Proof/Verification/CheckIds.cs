using System.Collections.Immutable;

namespace Obstat.Proof.Verification;

/// <summary>The sixteen checks of evidence, with their names.</summary>
public static class CheckIds
{
    public const string Container = "V01";
    public const string Statements = "V02";
    public const string Signatures = "V03";
    public const string Leaves = "V04";
    public const string Inclusion = "V05";
    public const string Checkpoints = "V06";
    public const string Witnesses = "V07";
    public const string Consistency = "V08";
    public const string Permits = "V09";
    public const string Order = "V10";
    public const string Numbers = "V11";
    public const string Blobs = "V12";
    public const string Snapshots = "V13";
    public const string Replay = "V14";
    public const string Stops = "V15";
    public const string Missing = "V16";

    /// <summary>Id and title of each check, in order.</summary>
    public static ImmutableArray<(string Id, string Title)> All { get; } =
    [
        (Container, "Container and manifest"),
        (Statements, "Statements"),
        (Signatures, "Statement signatures"),
        (Leaves, "Leaf equals statement"),
        (Inclusion, "Inclusion"),
        (Checkpoints, "Checkpoint signature, origin"),
        (Witnesses, "Witness quorum, times"),
        (Consistency, "Consistency of all heads"),
        (Permits, "Execution permit"),
        (Order, "Order"),
        (Numbers, "Enforcement point's numbers"),
        (Blobs, "Opened blobs"),
        (Snapshots, "Snapshot digests"),
        (Replay, "Replay"),
        (Stops, "Revocations and halts"),
        (Missing, "Retention, gaps, erasures"),
    ];

    /// <summary>Without these nothing is verified, whatever else holds.</summary>
    internal static ImmutableArray<string> Mandatory { get; } = [Container, Statements, Signatures, Leaves, Inclusion, Checkpoints];
}
