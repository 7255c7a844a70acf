using System.Text.RegularExpressions;
using Obstat.Proof.Json;

namespace Obstat.Settings.Shapes;

/// <summary>An object whose member names people choose.</summary>
internal sealed class MapShape(Regex name, string expected, Shape element) : Shape
{
    public override Finding? Check(JsonValue value, string path)
    {
        if (value.Kind != JsonKind.Object)
        {
            return Mistyped(value, path, "an object { .. }");
        }

        return value.Members.OrderBy(m => m.Offset)
            .Select(m => name.IsMatch(m.Name)
                ? element.Check(m.Value, $"{path}.{m.Name}")
                : new Finding(m.Offset, $"{Quoted(m.Name)} in {path} is no name, expected {expected}", "names stand in policies, paths and addresses", "choose another name"))
            .FirstOrDefault(f => f is not null);
    }

    public override JsonValue Schema() => JsonValue.Object(
        ("type", JsonValue.Of("object")),
        ("propertyNames", JsonValue.Object(("pattern", JsonValue.Of(name.ToString())))),
        ("additionalProperties", element.Schema()));
}
