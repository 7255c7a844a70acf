using Obstat.Proof.Json;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Verification;

/// <summary>What an enforcement point counted itself, beside what the log has of it.</summary>
/// <param name="Index">Its entry.</param>
/// <param name="Claimed">What the point signed.</param>
/// <param name="Recorded">What the log has, to the same number.</param>
public sealed record AuditCoverage(long Index, CoverageStatement Claimed, (long Asks, long Reports, long Effects) Recorded)
{
    /// <inheritdoc/>
    public override string ToString()
        => $"counted to {Claimed.ThroughSeq} in entry {Index}: {Recorded.Asks} of {Claimed.Asks} asks, {Recorded.Reports} of {Claimed.Reports} reports, {Recorded.Effects} of {Claimed.Effects} effects, {Claimed.Open.Length} open";

    internal JsonValue ToJson() => JsonValue.Object(
        ("entry", JsonValue.Of(Index)),
        ("throughSeq", JsonValue.Of(Claimed.ThroughSeq)),
        ("asks", Pair(Claimed.Asks, Recorded.Asks)),
        ("reports", Pair(Claimed.Reports, Recorded.Reports)),
        ("effects", Pair(Claimed.Effects, Recorded.Effects)),
        ("open", JsonValue.Strings(Claimed.Open)));

    private static JsonValue Pair(long claimed, long recorded) => JsonValue.Object(("claimed", JsonValue.Of(claimed)), ("recorded", JsonValue.Of(recorded)));
}
