using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>An execution was allowed and no outcome came.</summary>
public sealed record OrphanedStatement : PlaneStatement
{
    /// <summary>Name of the type.</summary>
    public const string TypeName = "orphaned";

    public required EntryReference Decision { get; init; }

    public required string Jti { get; init; }

    /// <summary>End of the lease, or of the permit where there is none.</summary>
    public required Timestamp LeaseEnd { get; init; }

    /// <summary>Seconds that were waited after it.</summary>
    public required long Grace { get; init; }

    public required string Why { get; init; }

    /// <inheritdoc/>
    public override string Type => TypeName;

    internal static OrphanedStatement ReadFrom(StatementHeader header, JsonFields fields)
    {
        var read = new OrphanedStatement
        {
            Nonce = header.Nonce,
            Origin = header.Origin,
            Time = header.Time,
            Clock = header.Clock,
            Plane = fields.Nested("plane", Plane.Read),
            Decision = fields.Nested("decision", EntryReference.Read),
            Jti = fields.Id("jti"),
            LeaseEnd = fields.Time("leaseEnd"),
            Grace = fields.Integer("grace"),
            Why = fields.OneOf("why", "no-outcome", "boot-ended", "not-released"),
        };
        return read;
    }

    private protected override IEnumerable<Subject> Subjects()
    {
        return [new("decision", Decision.Statement)];
    }

    private protected override IEnumerable<(string Name, JsonValue Value)> Members() =>
    [
        ("decision", Decision.ToJson()),
        ("grace", JsonValue.Of(Grace)),
        ("jti", JsonValue.Of(Jti)),
        ("leaseEnd", JsonValue.Of(LeaseEnd.ToString())),
        ("why", JsonValue.Of(Why)),
    ];
}
