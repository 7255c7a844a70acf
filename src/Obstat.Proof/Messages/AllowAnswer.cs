using System.Collections.Immutable;
using Obstat.Proof.Json;

namespace Obstat.Proof.Messages;

/// <summary>The decision is recorded and allows: permit and receipt, to be verified.</summary>
/// <param name="Execution">Id of this execution.</param>
/// <param name="Entry">Index of the decision entry.</param>
/// <param name="Permit">The execution permit, a compact token.</param>
/// <param name="Receipt">The receipt of the decision entry.</param>
/// <param name="Lease">Null now.</param>
/// <param name="VisibleNames">See <see cref="AskAnswer.Visible"/>.</param>
public sealed record AllowAnswer(string Execution, long Entry, string Permit, JsonValue Receipt, JsonValue? Lease, ImmutableArray<string> VisibleNames) : AskAnswer(VisibleNames)
{
    /// <inheritdoc/>
    public override JsonValue ToJson() => JsonValue.Object(
        ("v", JsonValue.Of(PlaneMessage.Version)), ("decision", JsonValue.Of("allow")), ("exe", JsonValue.Of(Execution)), ("entry", JsonValue.Of(Entry)), ("permit", JsonValue.Of(Permit)),
        ("receipt", Receipt), ("lease", Lease ?? JsonValue.Null), ("visible", JsonValue.Strings(Visible)));

    internal static AllowAnswer ReadAllow(JsonFields fields) => new(fields.Random128("exe"), fields.Integer("entry"), fields.Text("permit", 4096), fields.Object("receipt"),
        fields.ObjectOrNull("lease"), ReadVisible(fields));
}
