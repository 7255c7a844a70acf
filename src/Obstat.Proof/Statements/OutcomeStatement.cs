using System.Collections.Immutable;
using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>How an execution ended, as its enforcement point signs it.</summary>
public sealed record OutcomeStatement : ReportStatement
{
    /// <summary>Name of the type.</summary>
    public const string TypeName = "outcome";

    public required EntryReference Decision { get; init; }

    public required string Jti { get; init; }

    public required string Result { get; init; }

    public required string? Code { get; init; }

    /// <summary>Null where it never started.</summary>
    public required Timestamp? Started { get; init; }

    public required Timestamp Ended { get; init; }

    public required EffectCounts Effects { get; init; }

    public required ImmutableArray<BudgetUsage> Usage { get; init; }

    public required StopFacts? Stop { get; init; }

    public required ImmutableArray<SealedReference> Sealed { get; init; }

    /// <inheritdoc/>
    public override string Type => TypeName;

    internal static OutcomeStatement ReadFrom(StatementHeader header, JsonFields fields)
    {
        var read = new OutcomeStatement
        {
            Nonce = header.Nonce,
            Origin = header.Origin,
            Time = header.Time,
            Clock = header.Clock,
            Ep = fields.Nested("ep", PointSequence.Read),
            Decision = fields.Nested("decision", EntryReference.Read),
            Jti = fields.Id("jti"),
            Result = fields.OneOf("result", "succeeded", "failed", "killed", "expired", "refused", "unknown", "withheld"),
            Code = fields.TextOrNull("code"),
            Started = fields.TimeOrNull("started"),
            Ended = fields.Time("ended"),
            Effects = fields.Nested("effects", EffectCounts.Read),
            Usage = fields.Each("usage", 1_000, BudgetUsage.Read),
            Stop = fields.NestedOrNull("stop", StopFacts.Read),
            Sealed = fields.Each("sealed", 1_000, SealedReference.Read),
        };
        if (read.Sealed.Count(s => s.Role == "response") > 1)
        {
            fields.Refuse("sealed", "at most one sealed response");
        }

        return read;
    }

    private protected override IEnumerable<Subject> Subjects()
    {
        yield return new("decision", Decision.Statement);
        if (Sealed.FirstOrDefault(s => s.Role == "response") is { } response)
        {
            yield return new("response", response.Plain);
        }
    }

    private protected override IEnumerable<(string Name, JsonValue Value)> Members() =>
    [
        ("code", JsonValue.Of(Code)),
        ("decision", Decision.ToJson()),
        ("effects", Effects.ToJson()),
        ("ended", JsonValue.Of(Ended.ToString())),
        ("ep", Ep.ToJson()),
        ("jti", JsonValue.Of(Jti)),
        ("result", JsonValue.Of(Result)),
        ("sealed", JsonValue.Array(Sealed.Select(x => x.ToJson()))),
        ("started", Started.ToJson()),
        ("stop", Stop?.ToJson() ?? JsonValue.Null),
        ("usage", JsonValue.Array(Usage.Select(x => x.ToJson()))),
    ];
}
