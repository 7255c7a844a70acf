using System.Collections.Immutable;
using Obstat.Proof.Json;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Messages;

/// <summary>
/// The requests of one second that a point refused before it asked: one entry for all of them, so that a flood costs one leaf a second and no number vanishes.
/// </summary>
/// <param name="Ep">The point and its boot; the number is the last one of the last range.</param>
/// <param name="Ranges">The numbers of the refused requests, ascending and apart, at most 1,024 ranges.</param>
/// <param name="Counts">How many of each code; their sum is that of the ranges.</param>
/// <param name="Samples">SHA-256 of the bytes received, of at most 16 of them, in the order of their numbers.</param>
public sealed record RefusalsReport(PointSeq Ep, ImmutableArray<SeqRange> Ranges, ImmutableSortedDictionary<DenyReason, long> Counts, ImmutableArray<Digest> Samples) : IPlaneMessage<RefusalsReport>
{
    /// <summary>Samples at most.</summary>
    public const int SamplesMax = 16;

    /// <summary>Ranges at most.</summary>
    public const int RangesMax = 1024;

    /// <summary>The ranges as JSON, as they stand in the entry too.</summary>
    public JsonValue RangesToJson() => JsonValue.Array(Ranges.Select(r => r.ToJson()));

    /// <summary>The counts as JSON, as they stand in the entry too.</summary>
    public JsonValue CountsToJson() => JsonValue.Object([.. Counts.Select(c => (c.Key.ToCode(), JsonValue.Of(c.Value)))]);

    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(
        ("v", JsonValue.Of(PlaneMessage.Version)), ("ep", Ep.ToJson()), ("ranges", RangesToJson()), ("counts", CountsToJson()), ("samples", JsonValue.Strings(Samples.Select(s => s.ToHex()))));

    /// <inheritdoc/>
    public static RefusalsReport Read(JsonFields fields)
    {
        var ep = PointSeq.Read(fields, "ep");
        var (ranges, numbers) = ReadRanges(fields);
        var counts = ReadCounts(fields);
        if (fields.Error is null && counts.Values.Sum() != numbers)
        {
            fields.Refuse("counts", "as many as the ranges have numbers");
        }

        if (fields.Error is null && ranges[^1].Last != ep.Seq)
        {
            fields.Refuse("ep", "the last number of the last range");
        }

        return new RefusalsReport(ep, ranges, counts, ReadSamples(fields));
    }

    private static (ImmutableArray<SeqRange> Ranges, long Numbers) ReadRanges(JsonFields fields)
    {
        var ranges = ImmutableArray.CreateBuilder<SeqRange>();
        var (end, numbers) = (0L, 0L);
        foreach (var item in fields.Array("ranges", RangesMax))
        {
            if (item.Items.Length != 2 || item.Items[0].AsInteger is not { } first || item.Items[1].AsInteger is not { } last || first <= end || last < first || last - first >= 1 << 24)
            {
                fields.Refuse("ranges", "pairs of numbers, ascending and apart");
                return ([], 0);
            }

            ranges.Add(new SeqRange(first, last));
            (end, numbers) = (last, numbers + last - first + 1);
        }

        if (ranges.Count == 0)
        {
            fields.Refuse("ranges", "at least one range");
        }

        return (ranges.ToImmutable(), numbers);
    }

    private static ImmutableSortedDictionary<DenyReason, long> ReadCounts(JsonFields fields)
    {
        var counts = ImmutableSortedDictionary.CreateBuilder<DenyReason, long>();
        foreach (var member in fields.Object("counts").Members)
        {
            if (!ReasonCodes.TryParse(member.Name, out var reason) || member.Value.AsInteger is not (>= 1 and <= 1L << 40))
            {
                fields.Refuse("counts", "a count from 1 for each reason code");
                break;
            }

            counts.Add(reason, member.Value.AsInteger.Value);
        }

        return counts.ToImmutable();
    }

    private static ImmutableArray<Digest> ReadSamples(JsonFields fields)
    {
        var samples = ImmutableArray.CreateBuilder<Digest>();
        foreach (var text in fields.Strings("samples", SamplesMax, 64))
        {
            if (!Digest.TryParseHex(text, out var sample))
            {
                fields.Refuse("samples", "SHA-256 in hex");
                break;
            }

            samples.Add(sample);
        }

        return samples.ToImmutable();
    }
}
