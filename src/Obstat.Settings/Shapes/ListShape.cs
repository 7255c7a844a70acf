using Obstat.Proof.Json;

namespace Obstat.Settings.Shapes;

/// <summary>An array of <paramref name="min"/> to <paramref name="max"/> elements.</summary>
internal sealed class ListShape(Shape element, int max, int min = 0) : Shape
{
    public override Finding? Check(JsonValue value, string path)
        => value.Kind != JsonKind.Array || value.Items.Length < min || value.Items.Length > max
            ? Mistyped(value, path, $"an array of {min} to {max} elements")
            : value.Items.Select((item, i) => element.Check(item, FormattableString.Invariant($"{path}[{i}]"))).FirstOrDefault(f => f is not null);

    public override JsonValue Schema() => JsonValue.Object(
        ("type", JsonValue.Of("array")), ("items", element.Schema()), ("minItems", JsonValue.Of(min)), ("maxItems", JsonValue.Of(max)));
}
