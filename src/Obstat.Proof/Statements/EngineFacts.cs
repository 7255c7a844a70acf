using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>What evaluated the law.</summary>
/// <param name="Semantics">Version of the language's meaning: a replay needs the same.</param>
public sealed record EngineFacts(string Name, string Semantics, Digest Build)
{
    internal static EngineFacts Read(JsonFields fields) => new(
        fields.Text("name"),
        fields.Text("semantics"),
        fields.Digest("build"));

    internal JsonValue ToJson() => JsonValue.Object(
        ("build", Build.ToJson()),
        ("name", JsonValue.Of(Name)),
        ("semantics", JsonValue.Of(Semantics)));
}
