using Obstat.Proof.Json;

namespace Obstat.Proof.Messages;

/// <summary>The answer to an outcome, coverage or refusals, after the commit.</summary>
/// <param name="Entry">Index of the entry.</param>
public sealed record EntryAnswer(long Entry) : IPlaneMessage<EntryAnswer>
{
    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(("v", JsonValue.Of(PlaneMessage.Version)), ("entry", JsonValue.Of(Entry)));

    /// <inheritdoc/>
    public static EntryAnswer Read(JsonFields fields) => new(fields.Integer("entry"));
}
