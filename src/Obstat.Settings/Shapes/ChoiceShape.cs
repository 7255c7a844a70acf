using Obstat.Proof.Json;

namespace Obstat.Settings.Shapes;

/// <summary>One of a few strings.</summary>
internal sealed class ChoiceShape(params string[] allowed) : Shape
{
    public override Finding? Check(JsonValue value, string path)
        => value.AsString is { } text && allowed.Contains(text) ? null : Mistyped(value, path, $"one of {string.Join(", ", allowed.Select(a => $"\"{a}\""))}");

    public override JsonValue Schema() => JsonValue.Object(("enum", JsonValue.Strings(allowed)));
}
