using Obstat.Proof.Json;

namespace Obstat.Proof.Messages.Admin;

/// <summary>A request that says nothing but its version.</summary>
public sealed record AdminRequest : IPlaneMessage<AdminRequest>
{
    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(("v", JsonValue.Of(PlaneMessage.Version)));

    /// <inheritdoc/>
    public static AdminRequest Read(JsonFields fields) => new();
}
