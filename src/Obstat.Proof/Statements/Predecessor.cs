using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>The log before this one.</summary>
/// <param name="Origin">Its origin.</param>
/// <param name="Checkpoint">Its last good head: the signed note, verbatim.</param>
/// <param name="Index">Index of the entry there that ends it.</param>
public sealed record Predecessor(string Origin, string Checkpoint, long Index)
{
    internal static Predecessor Read(JsonFields fields) => new(fields.Text("origin"), fields.String("checkpoint", 16 * 1024), fields.Integer("index"));

    internal JsonValue ToJson() => JsonValue.Object(("origin", JsonValue.Of(Origin)), ("checkpoint", JsonValue.Of(Checkpoint)), ("index", JsonValue.Of(Index)));
}
