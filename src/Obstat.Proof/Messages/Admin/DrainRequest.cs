using Obstat.Proof.Json;
using Obstat.Proof.Leases;

namespace Obstat.Proof.Messages.Admin;

/// <summary>Begins a drain, moves its bound, or ends it.</summary>
/// <param name="WithinMs">How long what runs may still take, 0 to <see cref="WithinMsMax"/>; null ends the drain.</param>
/// <param name="Reason">Why, as a person writes it, 1 to 512 characters.</param>
public sealed record DrainRequest(long? WithinMs, string Reason) : IPlaneMessage<DrainRequest>
{
    /// <summary>The longest bound: an hour.</summary>
    public const long WithinMsMax = 3_600_000;

    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(
        ("v", JsonValue.Of(PlaneMessage.Version)), ("within_ms", WithinMs is { } ms ? JsonValue.Of(ms) : JsonValue.Null), ("reason", JsonValue.Of(Reason)));

    /// <inheritdoc/>
    public static DrainRequest Read(JsonFields fields) => new(fields.IntegerOrNull("within_ms", 0, WithinMsMax), fields.Text("reason", Order.TextMax));
}
