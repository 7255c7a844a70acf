using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>The clock behind a time: where it comes from and how wrong it may be.</summary>
/// <param name="Source">For example <c>ntp</c>.</param>
/// <param name="MaxErrorMs">Largest error in milliseconds.</param>
public sealed record Clock(string Source, long MaxErrorMs)
{
    internal static Clock Read(JsonFields fields) => new(
        fields.Text("source"),
        fields.Integer("maxErrorMs"));

    internal JsonValue ToJson() => JsonValue.Object(
        ("maxErrorMs", JsonValue.Of(MaxErrorMs)),
        ("source", JsonValue.Of(Source)));
}
