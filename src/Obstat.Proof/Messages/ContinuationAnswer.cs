using System.Collections.Immutable;
using Obstat.Proof.Json;
using Obstat.Proof.Receipts;

namespace Obstat.Proof.Messages;

/// <summary>How another log goes on where the one that a point pinned ended. Nothing of it is believed before <see cref="Continuation.TryFollow"/>.</summary>
/// <param name="Closing">Receipt of the entry that ended the log, under its last head.</param>
/// <param name="State">Receipt of the <c>state</c> entry after it, the last one, under the same head.</param>
/// <param name="Consistency">That the last head goes on from the one of size <see cref="ContinuationRequest.Seen"/>; empty where nothing was seen or nothing grew.</param>
/// <param name="Genesis">Receipt of the other log's genesis, under a head of its first key.</param>
public sealed record ContinuationAnswer(JsonValue Closing, JsonValue State, ImmutableArray<Digest> Consistency, JsonValue Genesis) : IPlaneMessage<ContinuationAnswer>
{
    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(
        ("v", JsonValue.Of(PlaneMessage.Version)), ("closing", Closing), ("state", State), ("consistency", JsonValue.Strings(Consistency.Select(hash => hash.ToBase64()))), ("genesis", Genesis));

    /// <inheritdoc/>
    public static ContinuationAnswer Read(JsonFields fields) => new(fields.Object("closing"), fields.Object("state"), FieldsOf.Hashes(fields, "consistency"), fields.Object("genesis"));
}
