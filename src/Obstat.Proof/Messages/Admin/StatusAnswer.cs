using System.Collections.Immutable;
using Obstat.Proof.Json;
using Obstat.Proof.Reasons;

namespace Obstat.Proof.Messages.Admin;

/// <summary>How the plane is, on one screen.</summary>
public sealed record StatusAnswer : IPlaneMessage<StatusAnswer>
{
    /// <summary>Null: it serves. Otherwise the code that every ask is refused with now.</summary>
    public required DenyReason? Refusing { get; init; }

    /// <summary>Origin of the ledger.</summary>
    public required string Origin { get; init; }

    /// <summary>The ledger's public key, as <c>verify --log-key</c> takes it.</summary>
    public required string HeadKey { get; init; }

    /// <summary>Key id of the root.</summary>
    public required string Root { get; init; }

    /// <summary>Entries of the ledger.</summary>
    public required long Entries { get; init; }

    /// <summary>This start of the plane.</summary>
    public required string Instance { get; init; }

    /// <summary>Fencing epoch.</summary>
    public required long Epoch { get; init; }

    /// <summary>RFC 3339, UTC.</summary>
    public required string Started { get; init; }

    /// <summary>End of the working keys' life, RFC 3339, UTC.</summary>
    public required string KeysUntil { get; init; }

    /// <summary>Digest of the snapshot in force; null: no policy set is.</summary>
    public required Digest? Snapshot { get; init; }

    /// <summary>Number of policies in force.</summary>
    public required long Policies { get; init; }

    /// <summary>Findings of the last set that was read and not taken; empty when the last one was.</summary>
    public required ImmutableArray<LawFindingShown> Rejected { get; init; }

    /// <summary>How often each point probes itself, in ms.</summary>
    public required long ProbeMs { get; init; }

    /// <summary>Enforcement points that registered since the start.</summary>
    public required ImmutableArray<PointShown> Points { get; init; }

    /// <summary>Executions that were permitted and are not over.</summary>
    public required long Running { get; init; }

    /// <summary>While nothing new starts: when what still runs is ended, RFC 3339, UTC. Null: nothing is drained.</summary>
    public required string? DrainsUntil { get; init; }

    /// <summary>When the permits of a break-glass end, RFC 3339, UTC. Null: none is in force.</summary>
    public required string? BreakGlassUntil { get; init; }

    /// <summary>Whether they are shut, as far as it is proved.</summary>
    public Closedness Closed => Closedness.Of(Points, ProbeMs);

    /// <summary>Whether what is permitted runs, as far as it is known.</summary>
    public Servingness Serving => Servingness.Of(Refusing, Points, ProbeMs);

    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(
        ("v", JsonValue.Of(PlaneMessage.Version)),
        ("refusing", JsonValue.Of(Refusing?.ToCode())),
        ("running", JsonValue.Of(Running)),
        ("drains_until", JsonValue.Of(DrainsUntil)),
        ("break_glass_until", JsonValue.Of(BreakGlassUntil)),
        ("origin", JsonValue.Of(Origin)),
        ("head_key", JsonValue.Of(HeadKey)),
        ("root", JsonValue.Of(Root)),
        ("entries", JsonValue.Of(Entries)),
        ("instance", JsonValue.Of(Instance)),
        ("epoch", JsonValue.Of(Epoch)),
        ("started", JsonValue.Of(Started)),
        ("keys_until", JsonValue.Of(KeysUntil)),
        ("snapshot", JsonValue.Of(Snapshot?.ToHex())),
        ("policies", JsonValue.Of(Policies)),
        ("rejected", JsonValue.Array(Rejected.Select(f => f.ToJson()))),
        ("probe_ms", JsonValue.Of(ProbeMs)),
        ("points", JsonValue.Array(Points.Select(p => p.ToJson()))));

    /// <inheritdoc/>
    public static StatusAnswer Read(JsonFields fields) => new()
    {
        Refusing = AdminFields.ReasonOrNull(fields, "refusing"),
        Running = fields.Integer("running"),
        DrainsUntil = fields.StringOrNull("drains_until", 64),
        BreakGlassUntil = fields.StringOrNull("break_glass_until", 64),
        Origin = fields.Text("origin", 256),
        HeadKey = fields.Text("head_key", 512),
        Root = fields.Text("root", 128),
        Entries = fields.Integer("entries"),
        Instance = fields.Text("instance", 128),
        Epoch = fields.Integer("epoch"),
        Started = fields.Text("started", 64),
        KeysUntil = fields.Text("keys_until", 64),
        Snapshot = AdminFields.DigestOrNull(fields, "snapshot"),
        Policies = fields.Integer("policies"),
        Rejected = fields.Each("rejected", 1_000, LawFindingShown.Read),
        ProbeMs = fields.Integer("probe_ms"),
        Points = fields.Each("points", 1_000, PointShown.Read),
    };
}
