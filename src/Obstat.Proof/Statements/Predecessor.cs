using System.Text;
using Obstat.Proof.Json;
using Obstat.Proof.Notes;

namespace Obstat.Proof.Statements;

/// <summary>The log before this one.</summary>
/// <param name="Origin">Its origin.</param>
/// <param name="Checkpoint">Its last good head: the signed note, verbatim.</param>
/// <param name="Index">Index of the entry there that ends it.</param>
public sealed record Predecessor(string Origin, string Checkpoint, long Index)
{
    /// <summary>The last head, its signatures not looked at: of that log, over the entry that ends it and nothing after. Null where the note says something else.</summary>
    public Checkpoint? Head
        => SignedNote.TryParse(Encoding.UTF8.GetBytes(Checkpoint), out var note, out _) && Notes.Checkpoint.TryParse(note.TextAsString(), out var head) && head.Origin == Origin && head.Size == Index + 1 ? head : null;

    internal static Predecessor Read(JsonFields fields) => new(fields.Text("origin"), fields.String("checkpoint", 16 * 1024), fields.Integer("index"));

    internal JsonValue ToJson() => JsonValue.Object(("origin", JsonValue.Of(Origin)), ("checkpoint", JsonValue.Of(Checkpoint)), ("index", JsonValue.Of(Index)));
}
