using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>Something is revoked. Nothing un-revokes: a mistake is repaired by issuing something new.</summary>
public sealed record RevocationStatement : PlaneStatement
{
    /// <summary>Name of the type.</summary>
    public const string TypeName = "revocation";

    /// <summary>What.</summary>
    public required StopTarget Target { get; init; }

    /// <summary>From when on.</summary>
    public required Timestamp From { get; init; }

    /// <summary>Why, as a person wrote it.</summary>
    public required string Reason { get; init; }

    /// <summary>Who.</summary>
    public required string By { get; init; }

    /// <summary>Id of the order that goes to enforcement points.</summary>
    public required string Order { get; init; }

    /// <inheritdoc/>
    public override string Type => TypeName;

    internal static RevocationStatement ReadFrom(StatementHeader header, JsonFields fields) => new()
    {
        Nonce = header.Nonce,
        Origin = header.Origin,
        Time = header.Time,
        Clock = header.Clock,
        Plane = fields.Nested("plane", Plane.Read),
        Target = fields.Nested("target", StopTarget.Read),
        From = fields.Time("from"),
        Reason = fields.Text("reason"),
        By = fields.Text("by"),
        Order = fields.Id("order"),
    };

    private protected override IEnumerable<Subject> Subjects() => [new("target", Digest.Of(Target.ToJson()))];

    private protected override IEnumerable<(string Name, JsonValue Value)> Members() =>
    [
        ("by", JsonValue.Of(By)),
        ("from", JsonValue.Of(From.ToString())),
        ("order", JsonValue.Of(Order)),
        ("reason", JsonValue.Of(Reason)),
        ("target", Target.ToJson()),
    ];
}
