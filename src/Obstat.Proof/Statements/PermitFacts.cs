using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>The permit that a decision allows. It cannot stand in the entry that it cites, so the decision fixes the digest of its claims.</summary>
/// <param name="Claims">SHA-256 of the canonical claims without <c>led</c>.</param>
/// <param name="NotBefore">Seconds since 1970.</param>
/// <param name="NotAfter">Seconds since 1970.</param>
/// <param name="Lease">Exactly when the mode is <c>lease</c>.</param>
public sealed record PermitFacts(string Jti, Digest Claims, long NotBefore, long NotAfter, string Use, string Mode, LeaseTerms? Lease)
{
    internal static PermitFacts Read(JsonFields fields) => new(
        fields.Id("jti"),
        fields.Digest("claims"),
        fields.Integer("notBefore"),
        fields.Integer("notAfter"),
        fields.OneOf("use", "instance", "plane"),
        fields.OneOf("mode", "once", "lease"),
        fields.NestedOrNull("lease", LeaseTerms.Read));

    internal JsonValue ToJson() => JsonValue.Object(
        ("claims", Claims.ToJson()),
        ("jti", JsonValue.Of(Jti)),
        ("lease", Lease?.ToJson() ?? JsonValue.Null),
        ("mode", JsonValue.Of(Mode)),
        ("notAfter", JsonValue.Of(NotAfter)),
        ("notBefore", JsonValue.Of(NotBefore)),
        ("use", JsonValue.Of(Use)));
}
