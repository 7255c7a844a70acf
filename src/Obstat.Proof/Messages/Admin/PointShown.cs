using Obstat.Proof.Json;

namespace Obstat.Proof.Messages.Admin;

/// <summary>A registered enforcement point.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind"><c>gateway</c> ..</param>
/// <param name="Boot">This start of it.</param>
/// <param name="Entry">The entry of its registration.</param>
/// <param name="HeardMs">Milliseconds since its last message.</param>
/// <param name="Open">Permits without an outcome yet.</param>
public sealed record PointShown(string Id, string Kind, string Boot, long Entry, long HeardMs, long Open)
{
    /// <summary>The point as a member.</summary>
    public JsonValue ToJson() => JsonValue.Object(
        ("id", JsonValue.Of(Id)), ("kind", JsonValue.Of(Kind)), ("boot", JsonValue.Of(Boot)), ("entry", JsonValue.Of(Entry)), ("heard_ms", JsonValue.Of(HeardMs)), ("open", JsonValue.Of(Open)));

    internal static PointShown Read(JsonFields fields)
        => new(fields.Name("id"), fields.Name("kind"), fields.Text("boot", 64), fields.Integer("entry"), fields.Integer("heard_ms"), fields.Integer("open"));
}
