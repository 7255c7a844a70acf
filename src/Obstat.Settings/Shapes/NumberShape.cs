using Obstat.Proof.Json;

namespace Obstat.Settings.Shapes;

/// <summary>An integer within bounds. The upper one is the built-in limit.</summary>
internal sealed class NumberShape(long min, long max, long otherwise) : Shape
{
    public override Finding? Check(JsonValue value, string path) => value.AsInteger is not { } number ? Mistyped(value, path, $"an integer from {min} to {max}")
        : number > max ? new Finding(value.Offset, $"{path} is {number}, at most {max}", "limits may only be tightened below their built-in maxima", $"write at most {max}")
        : number < min ? Mistyped(value, path, $"an integer from {min} to {max}")
        : null;

    public override JsonValue Schema() => JsonValue.Object(
        ("type", JsonValue.Of("integer")), ("minimum", JsonValue.Of(min)), ("maximum", JsonValue.Of(max)), ("default", JsonValue.Of(otherwise)));
}
