using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>A policy that could not be evaluated. One of them denies.</summary>
public sealed record PolicyErrorFact(string Policy, string Code)
{
    internal static PolicyErrorFact Read(JsonFields fields) => new(
        fields.Text("policy"),
        fields.Text("code"));

    internal JsonValue ToJson() => JsonValue.Object(
        ("code", JsonValue.Of(Code)),
        ("policy", JsonValue.Of(Policy)));
}
