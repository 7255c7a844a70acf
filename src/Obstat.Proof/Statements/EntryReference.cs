using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>An earlier entry: where it stands and what it says.</summary>
/// <param name="Statement">SHA-256 of the statement.</param>
public sealed record EntryReference(long Index, Digest Statement)
{
    internal static EntryReference Read(JsonFields fields) => new(
        fields.Integer("index"),
        fields.Digest("statement"));

    internal JsonValue ToJson() => JsonValue.Object(
        ("index", JsonValue.Of(Index)),
        ("statement", Statement.ToJson()));
}
