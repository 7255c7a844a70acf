using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>An enforcement point since one start.</summary>
/// <param name="Boot">128 random bits of this start.</param>
public sealed record PointBoot(string Id, string Boot)
{
    internal static PointBoot Read(JsonFields fields) => new(
        fields.Text("id"),
        fields.Id("boot"));

    internal JsonValue ToJson() => JsonValue.Object(
        ("boot", JsonValue.Of(Boot)),
        ("id", JsonValue.Of(Id)));
}
