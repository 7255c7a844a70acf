using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>The renewals of one point in one minute.</summary>
/// <param name="Ep">The point and boot.</param>
/// <param name="Minute">Begin of the minute.</param>
/// <param name="Count">Leases renewed.</param>
/// <param name="Digest">SHA-256 over the digests of the minute's beats, in order.</param>
public sealed record RenewalCount(PointBoot Ep, Timestamp Minute, long Count, Digest Digest)
{
    internal static RenewalCount Read(JsonFields fields) => new(fields.Nested("ep", PointBoot.Read), fields.Time("minute"), fields.Integer("count", 1), fields.Digest("digest"));

    internal JsonValue ToJson() => JsonValue.Object(
        ("count", JsonValue.Of(Count)), ("digest", Digest.ToJson()), ("ep", Ep.ToJson()), ("minute", JsonValue.Of(Minute.ToString())));
}
