using Obstat.Proof.Json;

namespace Obstat.Proof.Messages.Admin;

/// <summary>How the drain stands.</summary>
/// <param name="Until">When what still runs is ended, RFC 3339, UTC; null: nothing is drained.</param>
/// <param name="Running">Executions that were permitted and are not over.</param>
/// <param name="Entry">The entry that tells it; null: not in the ledger yet, it acts all the same.</param>
public sealed record DrainAnswer(string? Until, long Running, long? Entry) : IPlaneMessage<DrainAnswer>
{
    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(
        ("v", JsonValue.Of(PlaneMessage.Version)), ("until", JsonValue.Of(Until)), ("running", JsonValue.Of(Running)), ("entry", Entry is { } entry ? JsonValue.Of(entry) : JsonValue.Null));

    /// <inheritdoc/>
    public static DrainAnswer Read(JsonFields fields) => new(fields.StringOrNull("until", 64), fields.Integer("running"), fields.IntegerOrNull("entry"));
}
