using System.Collections.Immutable;
using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>One request was decided. An allow is the intent: it is durable before its permit exists.</summary>
public sealed record DecisionStatement : PlaneStatement
{
    /// <summary>Name of the type.</summary>
    public const string TypeName = "decision";

    public required PointSequence Ep { get; init; }

    public required RequestFacts Request { get; init; }

    /// <summary>Digest of the snapshot that decided.</summary>
    public required Digest Snapshot { get; init; }

    public required ReadParts Read { get; init; }

    public required EngineFacts Engine { get; init; }

    public required IdentityFacts Identity { get; init; }

    public required string Decision { get; init; }

    /// <summary>Reason code; null exactly when allowed.</summary>
    public required string? Reason { get; init; }

    /// <summary>Determining policies, sorted.</summary>
    public required ImmutableArray<string> Policies { get; init; }

    /// <summary>Not empty implies deny.</summary>
    public required ImmutableArray<PolicyErrorFact> Errors { get; init; }

    public required ImmutableArray<EntryReference> Approvals { get; init; }

    public required ImmutableArray<BudgetReservation> Budgets { get; init; }

    /// <summary>Exactly when allowed.</summary>
    public required PermitFacts? Permit { get; init; }

    /// <summary>W3C traceparent as the request had it; never believed.</summary>
    public required string? Trace { get; init; }

    public required WitnessedHead? Witnessed { get; init; }

    public required CanaryFacts? Canary { get; init; }

    public required ImmutableArray<SealedReference> Sealed { get; init; }

    /// <summary>Digest of the request blob's plaintext, the subject of the statement; that of the sealed request where one is named.</summary>
    public required Digest RequestPlain { get; init; }

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The decision that permits.</summary>
    public const string Allow = "allow";

    /// <summary>The decision that refuses.</summary>
    public const string Deny = "deny";

    /// <summary>Whether it permits.</summary>
    public bool IsAllowed => Decision == Allow;

    internal static DecisionStatement ReadFrom(StatementHeader header, JsonFields fields)
    {
        var read = new DecisionStatement
        {
            Nonce = header.Nonce,
            Origin = header.Origin,
            Time = header.Time,
            Clock = header.Clock,
            Plane = fields.Nested("plane", Plane.Read),
            Ep = fields.Nested("ep", PointSequence.Read),
            Request = fields.Nested("request", RequestFacts.Read),
            Snapshot = fields.Digest("snapshot"),
            Read = fields.Nested("read", ReadParts.Read),
            Engine = fields.Nested("engine", EngineFacts.Read),
            Identity = fields.Nested("identity", IdentityFacts.Read),
            Decision = fields.OneOf("decision", "allow", "deny"),
            Reason = fields.TextOrNull("reason"),
            Policies = fields.Strings("policies", 256, StatementFields.TextMax),
            Errors = fields.Each("errors", 1_000, PolicyErrorFact.Read),
            Approvals = fields.Each("approvals", 1_000, EntryReference.Read),
            Budgets = fields.Each("budgets", 1_000, BudgetReservation.Read),
            Permit = fields.NestedOrNull("permit", PermitFacts.Read),
            Trace = fields.TextOrNull("trace"),
            Witnessed = fields.NestedOrNull("witnessed", WitnessedHead.Read),
            Canary = fields.NestedOrNull("canary", CanaryFacts.Read),
            Sealed = fields.Each("sealed", 1_000, SealedReference.Read),
            RequestPlain = header.FirstSubject,
        };
        if (read.IsAllowed != (read.Reason is null) || (read.IsAllowed && !read.Errors.IsEmpty))
        {
            fields.Refuse("reason", "null exactly when allowed, and no allow beside an error");
        }

        if (read.IsAllowed != read.Permit is not null || (read.Permit is { } permit && (permit.Mode == "lease") != (permit.Lease is not null)))
        {
            fields.Refuse("permit", "a permit exactly when allowed, with lease terms exactly in mode lease");
        }

        if (!read.Policies.SequenceEqual(read.Policies.Distinct().Order(StringComparer.Ordinal)))
        {
            fields.Refuse("policies", "ids, sorted");
        }

        var requests = read.Sealed.Where(s => s.Role == "request").ToArray();
        if (requests.Length > 1 || (requests.Length == 1 && requests[0].Plain != read.RequestPlain))
        {
            fields.Refuse("sealed", "at most one sealed request, the one that is the subject");
        }

        return read;
    }

    private protected override IEnumerable<Subject> Subjects()
    {
        return [new("request", RequestPlain)];
    }

    private protected override IEnumerable<(string Name, JsonValue Value)> Members() =>
    [
        ("approvals", JsonValue.Array(Approvals.Select(x => x.ToJson()))),
        ("budgets", JsonValue.Array(Budgets.Select(x => x.ToJson()))),
        ("canary", Canary?.ToJson() ?? JsonValue.Null),
        ("decision", JsonValue.Of(Decision)),
        ("engine", Engine.ToJson()),
        ("ep", Ep.ToJson()),
        ("errors", JsonValue.Array(Errors.Select(x => x.ToJson()))),
        ("identity", Identity.ToJson()),
        ("permit", Permit?.ToJson() ?? JsonValue.Null),
        ("policies", JsonValue.Strings(Policies)),
        ("read", Read.ToJson()),
        ("reason", JsonValue.Of(Reason)),
        ("request", Request.ToJson()),
        ("sealed", JsonValue.Array(Sealed.Select(x => x.ToJson()))),
        ("snapshot", Snapshot.ToJson()),
        ("trace", JsonValue.Of(Trace)),
        ("witnessed", Witnessed?.ToJson() ?? JsonValue.Null),
    ];
}
