using System.Collections.Immutable;
using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>
/// What an enforcement point says that it said: each minute with traffic, and last at an orderly stop. Whoever holds the log counts again. The point counts all numbers to <see cref="ThroughSeq"/>, of
/// which each is an ask or a report; the sums are its claim, and only an audit judges them.
/// </summary>
public sealed record CoverageStatement : ReportStatement
{
    /// <summary>Name of the type.</summary>
    public const string TypeName = "coverage";

    /// <summary>Open executions of one statement at most; a point with more says nothing until some ended.</summary>
    public const int OpenMax = 2_000;

    /// <summary>The last number that is counted; below its own.</summary>
    public required long ThroughSeq { get; init; }

    /// <summary>Numbers of requests, those that were refused before they were asked with them.</summary>
    public required long Asks { get; init; }

    /// <summary>Numbers of reports: outcomes and coverage.</summary>
    public required long Reports { get; init; }

    /// <summary>The calls of the outcomes among them.</summary>
    public required long Effects { get; init; }

    /// <summary>Permits whose execution began and was not told to have ended in any report before this one, sorted.</summary>
    public required ImmutableArray<string> Open { get; init; }

    /// <summary>Whether the point says nothing more in this boot.</summary>
    public required bool Final { get; init; }

    /// <inheritdoc/>
    public override string Type => TypeName;

    internal static CoverageStatement ReadFrom(StatementHeader header, JsonFields fields)
    {
        var read = new CoverageStatement
        {
            Nonce = header.Nonce,
            Origin = header.Origin,
            Time = header.Time,
            Clock = header.Clock,
            Ep = fields.Nested("ep", PointSequence.Read),
            ThroughSeq = fields.Integer("throughSeq"),
            Asks = fields.Integer("asks"),
            Reports = fields.Integer("reports"),
            Effects = fields.Integer("effects"),
            Open = fields.Ids("open", OpenMax),
            Final = fields.Boolean("final"),
        };
        if (read.ThroughSeq >= read.Ep.Seq)
        {
            fields.Refuse("throughSeq", "a number below that of the statement");
        }

        return read;
    }

    private protected override IEnumerable<Subject> Subjects() => [new("ep", Digest.Of(Ep.ToJson()))];

    private protected override IEnumerable<(string Name, JsonValue Value)> Members() =>
    [
        ("asks", JsonValue.Of(Asks)),
        ("effects", JsonValue.Of(Effects)),
        ("ep", Ep.ToJson()),
        ("final", JsonValue.Of(Final)),
        ("open", JsonValue.Strings(Open)),
        ("reports", JsonValue.Of(Reports)),
        ("throughSeq", JsonValue.Of(ThroughSeq)),
    ];
}
