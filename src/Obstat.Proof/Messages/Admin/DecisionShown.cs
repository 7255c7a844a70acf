using System.Collections.Immutable;
using Obstat.Proof.Json;
using Obstat.Proof.Reasons;

namespace Obstat.Proof.Messages.Admin;

/// <summary>A decision as people look at it.</summary>
/// <param name="Entry">Its index.</param>
/// <param name="Time">RFC 3339, UTC.</param>
/// <param name="Reason">Null: allowed.</param>
/// <param name="Principal">Who; null where the identity was not verified.</param>
/// <param name="Action">Wire name, as <c>mcp.tools/call</c>; null where the sealed request cannot be opened any more.</param>
/// <param name="Server">Registered server; null likewise.</param>
/// <param name="Name">Tool, prompt or URI; null where the action has none.</param>
/// <param name="Policies">Determining policies.</param>
/// <param name="Outcome">What became of it: the outcome's result, <c>orphaned</c>, or null while open or refused.</param>
/// <param name="OutcomeEntry">The entry that says so.</param>
public sealed record DecisionShown(
    long Entry, string Time, DenyReason? Reason, string? Principal, string? Action, string? Server, string? Name, ImmutableArray<string> Policies, string? Outcome, long? OutcomeEntry)
{
    /// <summary>The row as a member.</summary>
    public JsonValue ToJson() => JsonValue.Object(
        ("entry", JsonValue.Of(Entry)),
        ("time", JsonValue.Of(Time)),
        ("reason", JsonValue.Of(Reason?.ToCode())),
        ("principal", JsonValue.Of(Principal)),
        ("action", JsonValue.Of(Action)),
        ("server", JsonValue.Of(Server)),
        ("name", JsonValue.Of(Name)),
        ("policies", JsonValue.Strings(Policies)),
        ("outcome", JsonValue.Of(Outcome)),
        ("outcome_entry", OutcomeEntry is { } entry ? JsonValue.Of(entry) : JsonValue.Null));

    internal static DecisionShown Read(JsonFields fields) => new(
        fields.Integer("entry"), fields.Text("time", 64), AdminFields.ReasonOrNull(fields, "reason"), fields.StringOrNull("principal"), fields.StringOrNull("action"), fields.StringOrNull("server"),
        fields.StringOrNull("name"), fields.Strings("policies", 256), fields.StringOrNull("outcome", 64), fields.IntegerOrNull("outcome_entry"));
}
