using System.Collections.Immutable;
using Obstat.Proof.Json;

namespace Obstat.Proof.Messages.Admin;

/// <summary>How a break-glass stands.</summary>
/// <param name="Entry">The entry that put it in force, or ended it; null: it waits for the second person.</param>
/// <param name="Approvals">Key ids of who agreed.</param>
/// <param name="Until">When the last of its permits ends, RFC 3339, UTC; null: none is in force.</param>
public sealed record BreakGlassAnswer(long? Entry, ImmutableArray<string> Approvals, string? Until) : IPlaneMessage<BreakGlassAnswer>
{
    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(
        ("v", JsonValue.Of(PlaneMessage.Version)), ("entry", Entry is { } entry ? JsonValue.Of(entry) : JsonValue.Null), ("approvals", JsonValue.Strings(Approvals)), ("until", JsonValue.Of(Until)));

    /// <inheritdoc/>
    public static BreakGlassAnswer Read(JsonFields fields) => new(fields.IntegerOrNull("entry"), fields.Strings("approvals", 16), fields.StringOrNull("until", 64));
}
