using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>The plane that spoke: its instance, and the fencing epoch of its sequencer.</summary>
/// <param name="Epoch">Fencing epoch: grows with each change of leadership.</param>
public sealed record Plane(string Instance, long Epoch)
{
    internal static Plane Read(JsonFields fields) => new(
        fields.Text("instance"),
        fields.Integer("epoch"));

    internal JsonValue ToJson() => JsonValue.Object(
        ("epoch", JsonValue.Of(Epoch)),
        ("instance", JsonValue.Of(Instance)));
}
