using System.Collections.Immutable;
using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>Requests of one second that were refused before anybody was identified: one entry, whatever their number.</summary>
public sealed record RefusalsStatement : PlaneStatement
{
    /// <summary>Name of the type.</summary>
    public const string TypeName = "refusals";

    /// <summary>At most so many samples.</summary>
    public const int SamplesMax = 16;

    public required PointBoot Ep { get; init; }

    /// <summary>Their sequence numbers.</summary>
    public required ImmutableArray<SeqRange> Ranges { get; init; }

    /// <summary>How many, by reason code.</summary>
    public required ImmutableSortedDictionary<string, long> Counts { get; init; }

    /// <summary>SHA-256 of the bytes received, of at most 16, in order of the sequence numbers.</summary>
    public required ImmutableArray<Digest> Samples { get; init; }

    /// <inheritdoc/>
    public override string Type => TypeName;

    internal static RefusalsStatement ReadFrom(StatementHeader header, JsonFields fields)
    {
        var samples = fields.Strings("samples", SamplesMax, 64);
        if (!samples.All(s => Digest.TryParseHex(s, out _)))
        {
            fields.Refuse("samples", "digests");
        }

        return new()
        {
            Nonce = header.Nonce,
            Origin = header.Origin,
            Time = header.Time,
            Clock = header.Clock,
            Plane = fields.Nested("plane", Plane.Read),
            Ep = fields.Nested("ep", PointBoot.Read),
            Ranges = SeqRange.ReadAll(fields, "ranges"),
            Counts = fields.Counts("counts"),
            Samples = [.. samples.Select(s => Digest.TryParseHex(s, out var digest) ? digest : default)],
        };
    }

    private protected override IEnumerable<Subject> Subjects() => [new("ranges", Digest.Of(RangesJson()))];

    private protected override IEnumerable<(string Name, JsonValue Value)> Members() =>
    [
        ("counts", Counts.ToJson()),
        ("ep", Ep.ToJson()),
        ("ranges", RangesJson()),
        ("samples", JsonValue.Array(Samples.Select(s => s.ToJson()))),
    ];

    private JsonValue RangesJson() => JsonValue.Array(Ranges.Select(r => r.ToJson()));
}
