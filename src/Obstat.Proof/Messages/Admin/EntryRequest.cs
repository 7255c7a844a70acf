using Obstat.Proof.Json;

namespace Obstat.Proof.Messages.Admin;

/// <summary>Which entry to show.</summary>
/// <param name="Entry">Its index.</param>
public sealed record EntryRequest(long Entry) : IPlaneMessage<EntryRequest>
{
    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(("v", JsonValue.Of(PlaneMessage.Version)), ("entry", JsonValue.Of(Entry)));

    /// <inheritdoc/>
    public static EntryRequest Read(JsonFields fields) => new(fields.Integer("entry"));
}
