using Obstat.Proof.Json;
using Obstat.Proof.Reasons;

namespace Obstat.Proof.Messages;

/// <summary>What became of one outcome of several: its entry, or why there is none.</summary>
/// <param name="Entry">Index of the entry; null where it was refused.</param>
/// <param name="Status">200, or the HTTP status that it would have been refused with alone, 400 to 599.</param>
/// <param name="Reason">The code of the refusal; <c>default</c> where there is an entry.</param>
public sealed record OutcomeAnswer(long? Entry, int Status, DenyReason Reason)
{
    /// <summary>Written.</summary>
    public JsonValue ToJson() => Entry is { } entry
        ? JsonValue.Object(("entry", JsonValue.Of(entry)))
        : JsonValue.Object(("status", JsonValue.Of(Status)), ("reason", JsonValue.Of(Reason.ToCode())));

    /// <summary>Read.</summary>
    public static OutcomeAnswer Read(JsonFields fields) => fields.Has("entry")
        ? new OutcomeAnswer(fields.Integer("entry"), 200, default)
        : new OutcomeAnswer(null, (int)fields.Integer("status", 400, 599), fields.Reason("reason"));
}
