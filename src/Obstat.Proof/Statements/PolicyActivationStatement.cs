using System.Collections.Immutable;
using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>A new snapshot is in force, whatever part of it changed.</summary>
public sealed record PolicyActivationStatement : PlaneStatement
{
    /// <summary>Name of the type.</summary>
    public const string TypeName = "policy-activation";

    public required SnapshotDigests Snapshot { get; init; }

    /// <summary>Digest of the snapshot before; null at the first.</summary>
    public required Digest? Previous { get; init; }

    /// <summary>Names of the parts that changed, sorted; at the first all.</summary>
    public required ImmutableArray<string> Changed { get; init; }

    public required string By { get; init; }

    public required ImmutableArray<EntryReference> Approvals { get; init; }

    public required ActivationSource Source { get; init; }

    public required Timestamp? Expires { get; init; }

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The parts of a snapshot, sorted.</summary>
    public static ImmutableArray<string> AllParts { get; } = ["directory", "law", "revocations", "trust"];

    internal static PolicyActivationStatement ReadFrom(StatementHeader header, JsonFields fields)
    {
        var read = new PolicyActivationStatement
        {
            Nonce = header.Nonce,
            Origin = header.Origin,
            Time = header.Time,
            Clock = header.Clock,
            Plane = fields.Nested("plane", Plane.Read),
            Snapshot = fields.Nested("snapshot", SnapshotDigests.Read),
            Previous = fields.DigestOrNull("previous"),
            Changed = fields.Strings("changed", 256, StatementFields.TextMax),
            By = fields.Text("by"),
            Approvals = fields.Each("approvals", 1_000, EntryReference.Read),
            Source = fields.Nested("source", ActivationSource.Read),
            Expires = fields.TimeOrNull("expires"),
        };
        if (read.Changed.Except(AllParts).Any() || !read.Changed.SequenceEqual(read.Changed.Distinct().Order(StringComparer.Ordinal)))
        {
            fields.Refuse("changed", "names of parts, sorted");
        }

        return read;
    }

    private protected override IEnumerable<Subject> Subjects()
    {
        return [new("snapshot", Snapshot.Digest)];
    }

    private protected override IEnumerable<(string Name, JsonValue Value)> Members() =>
    [
        ("approvals", JsonValue.Array(Approvals.Select(x => x.ToJson()))),
        ("by", JsonValue.Of(By)),
        ("changed", JsonValue.Strings(Changed)),
        ("expires", Expires.ToJson()),
        ("previous", Previous.ToJson()),
        ("snapshot", Snapshot.ToJson()),
        ("source", Source.ToJson()),
    ];
}
