using System.Collections.Immutable;
using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>The probes of a minute that this one entry stands for.</summary>
public sealed record CanaryFacts(ImmutableSortedDictionary<string, long> Probes, ImmutableArray<SeqRange> Ranges, Digest Digest)
{
    internal static CanaryFacts Read(JsonFields fields) => new(
        fields.Counts("probes"),
        SeqRange.ReadAll(fields, "ranges"),
        fields.Digest("digest"));

    internal JsonValue ToJson() => JsonValue.Object(
        ("digest", Digest.ToJson()),
        ("probes", Probes.ToJson()),
        ("ranges", JsonValue.Array(Ranges.Select(r => r.ToJson()))));
}
