using System.Collections.Immutable;
using Obstat.Proof.Json;

namespace Obstat.Proof.Messages.Admin;

/// <summary>Where the lifting of a halt stands.</summary>
/// <param name="Entry">The entry that lifts it; null while people are missing.</param>
/// <param name="Approvals">Key ids of those who agreed so far, sorted.</param>
public sealed record LiftAnswer(long? Entry, ImmutableArray<string> Approvals) : IPlaneMessage<LiftAnswer>
{
    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(
        ("v", JsonValue.Of(PlaneMessage.Version)), ("entry", Entry is { } entry ? JsonValue.Of(entry) : JsonValue.Null), ("approvals", JsonValue.Strings(Approvals)));

    /// <inheritdoc/>
    public static LiftAnswer Read(JsonFields fields) => new(fields.IntegerOrNull("entry"), fields.Strings("approvals", 16, 64));
}
