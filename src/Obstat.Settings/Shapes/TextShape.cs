using System.Text.RegularExpressions;
using Obstat.Proof.Json;

namespace Obstat.Settings.Shapes;

/// <summary>A string that a pattern matches from its beginning to its end and that a further rule may refuse.</summary>
/// <param name="pattern">ECMA 262 pattern, anchored.</param>
/// <param name="expected">What is expected, in words.</param>
/// <param name="rule">What a pattern cannot say; null: nothing.</param>
/// <param name="otherwise">The default, for editors; null: none.</param>
internal sealed class TextShape(Regex pattern, string expected, Func<string, bool>? rule = null, string? otherwise = null) : Shape
{
    public override Finding? Check(JsonValue value, string path)
        => value.AsString is { } text && pattern.IsMatch(text) && !text.EndsWith('\n') && (rule is null || rule(text)) ? null : Mistyped(value, path, expected);

    public override JsonValue Schema()
    {
        var schema = JsonValue.Object(("type", JsonValue.Of("string")), ("pattern", JsonValue.Of(pattern.ToString())));
        return otherwise is null ? schema : schema.With("default", JsonValue.Of(otherwise));
    }
}
