using System.Collections.Immutable;
using Obstat.Proof.Json;
using Obstat.Proof.Reasons;

namespace Obstat.Proof.Messages;

/// <summary>The request is refused.</summary>
/// <param name="Reason">The code.</param>
/// <param name="Entry">Index of the decision entry; null where none could be made.</param>
/// <param name="Receipt">The receipt of that entry; null where there is none.</param>
/// <param name="Retry">Whether asking again can help.</param>
/// <param name="RetryAfterMs">When, in ms; null where unknown.</param>
/// <param name="Task">The approval task that was opened; null now.</param>
/// <param name="Hint">What the author of the policies wrote for the agent, or the JSON Pointer of its own malformed argument; null where there is nothing to tell.</param>
/// <param name="VisibleNames">See <see cref="AskAnswer.Visible"/>.</param>
public sealed record DenyAnswer(
    DenyReason Reason, long? Entry, JsonValue? Receipt, Retry Retry, long? RetryAfterMs, string? Task, string? Hint, ImmutableArray<string> VisibleNames) : AskAnswer(VisibleNames)
{
    /// <inheritdoc/>
    public override JsonValue ToJson() => JsonValue.Object(
        ("v", JsonValue.Of(PlaneMessage.Version)), ("decision", JsonValue.Of("deny")), ("reason", JsonValue.Of(Reason.ToCode())), ("entry", Entry is { } entry ? JsonValue.Of(entry) : JsonValue.Null),
        ("receipt", Receipt ?? JsonValue.Null), ("retry", JsonValue.Of(Retry.ToWord())), ("retry_after_ms", RetryAfterMs is { } ms ? JsonValue.Of(ms) : JsonValue.Null),
        ("task", JsonValue.Of(Task)), ("hint", JsonValue.Of(Hint)), ("visible", JsonValue.Strings(Visible)));

    internal static DenyAnswer ReadDeny(JsonFields fields)
    {
        _ = ReasonCodes.TryParseRetry(fields.OneOf("retry", "never", "changed", "after"), out var retry);
        var (entry, receipt) = (fields.IntegerOrNull("entry"), fields.ObjectOrNull("receipt"));
        if (fields.Error is null && (entry is null) != (receipt is null))
        {
            fields.Refuse("receipt", "a receipt for an entry");
        }

        return new DenyAnswer(fields.Reason("reason"), entry, receipt, retry, fields.IntegerOrNull("retry_after_ms"), fields.TextOrNull("task"), fields.StringOrNull("hint", 600), ReadVisible(fields));
    }
}
