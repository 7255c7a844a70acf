using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>A lease as its permit states it.</summary>
/// <param name="Ttl">Seconds.</param>
public sealed record LeaseTerms(string Id, long Ttl, long Epoch)
{
    internal static LeaseTerms Read(JsonFields fields) => new(
        fields.Id("id"),
        fields.Integer("ttl", 1),
        fields.Integer("epoch"));

    internal JsonValue ToJson() => JsonValue.Object(
        ("epoch", JsonValue.Of(Epoch)),
        ("id", JsonValue.Of(Id)),
        ("ttl", JsonValue.Of(Ttl)));
}
