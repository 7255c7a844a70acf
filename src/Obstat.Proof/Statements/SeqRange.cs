using System.Collections.Immutable;
using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>Sequence numbers from the first to the last, both included.</summary>
public readonly record struct SeqRange(long First, long Last)
{
    internal static ImmutableArray<SeqRange> ReadAll(JsonFields fields, string name)
    {
        var ranges = ImmutableArray.CreateBuilder<SeqRange>();
        foreach (var item in fields.Array(name, 10_000))
        {
            var range = item.Items is [{ AsInteger: { } first }, { AsInteger: { } last }] ? new SeqRange(first, last) : default;
            if (range.First < 1 || range.Last < range.First || (ranges.Count > 0 && range.First <= ranges[^1].Last))
            {
                fields.Refuse(name, "pairs [first, last], from 1, ascending and apart");
            }

            ranges.Add(range);
        }

        return ranges.ToImmutable();
    }

    internal JsonValue ToJson() => JsonValue.Array(JsonValue.Of(First), JsonValue.Of(Last));
}
