using System.Collections.Immutable;
using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>A stretch in which something that is always recorded was not.</summary>
public sealed record GapStatement : PlaneStatement
{
    /// <summary>Name of the type.</summary>
    public const string TypeName = "gap";

    public required string Kind { get; init; }

    public required Timestamp From { get; init; }

    public required Timestamp To { get; init; }

    public required PointBoot? Ep { get; init; }

    /// <summary>Sequence numbers that are missing.</summary>
    public required ImmutableArray<SeqRange> Ranges { get; init; }

    public required ImmutableSortedDictionary<string, long> Counts { get; init; }

    /// <summary>Halts that were given meanwhile.</summary>
    public required ImmutableArray<string> Halts { get; init; }

    public required string Why { get; init; }

    /// <inheritdoc/>
    public override string Type => TypeName;

    internal static GapStatement ReadFrom(StatementHeader header, JsonFields fields)
    {
        var read = new GapStatement
        {
            Nonce = header.Nonce,
            Origin = header.Origin,
            Time = header.Time,
            Clock = header.Clock,
            Plane = fields.Nested("plane", Plane.Read),
            Kind = fields.OneOf("kind", "ledger", "clock", "coverage", "import"),
            From = fields.Time("from"),
            To = fields.Time("to"),
            Ep = fields.NestedOrNull("ep", PointBoot.Read),
            Ranges = SeqRange.ReadAll(fields, "ranges"),
            Counts = fields.Counts("counts"),
            Halts = fields.Strings("halts", 256, StatementFields.TextMax),
            Why = fields.Text("why"),
        };
        return read;
    }

    private protected override IEnumerable<Subject> Subjects()
    {
        return [new("gap", MembersDigest())];
    }

    private protected override IEnumerable<(string Name, JsonValue Value)> Members() =>
    [
        ("counts", Counts.ToJson()),
        ("ep", Ep?.ToJson() ?? JsonValue.Null),
        ("from", JsonValue.Of(From.ToString())),
        ("halts", JsonValue.Strings(Halts)),
        ("kind", JsonValue.Of(Kind)),
        ("ranges", JsonValue.Array(Ranges.Select(r => r.ToJson()))),
        ("to", JsonValue.Of(To.ToString())),
        ("why", JsonValue.Of(Why)),
    ];
}
