using System.Collections.Immutable;
using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>Who asked.</summary>
/// <param name="State"><c>verified</c>, or the reason code why not.</param>
/// <param name="Principal">Pseudonym; null where nobody is known.</param>
/// <param name="Chain">Those it acts for, nearest first.</param>
public sealed record IdentityFacts(string State, string? Principal, ImmutableArray<string> Chain)
{
    internal static IdentityFacts Read(JsonFields fields) => new(
        fields.Text("state"),
        fields.TextOrNull("principal"),
        fields.Strings("chain", 256, StatementFields.TextMax));

    internal JsonValue ToJson() => JsonValue.Object(
        ("chain", JsonValue.Strings(Chain)),
        ("principal", JsonValue.Of(Principal)),
        ("state", JsonValue.Of(State)));
}
