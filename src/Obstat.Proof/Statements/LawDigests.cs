using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>The parts of the law.</summary>
public sealed record LawDigests(Digest Policies, Digest Schema, Digest Entities)
{
    /// <summary>SHA-256 of the canonical object of the three.</summary>
    public Digest Digest => Proof.Digest.Of(ToJson());

    internal static LawDigests Read(JsonFields fields) => new(
        fields.Digest("policies"),
        fields.Digest("schema"),
        fields.Digest("entities"));

    internal JsonValue ToJson() => JsonValue.Object(
        ("entities", Entities.ToJson()),
        ("policies", Policies.ToJson()),
        ("schema", Schema.ToJson()));
}
