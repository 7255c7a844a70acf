using System.Collections.Immutable;
using Obstat.Proof.Json;

namespace Obstat.Settings.Shapes;

/// <summary>An object with known members only.</summary>
/// <param name="members">All members, in the order in which people are told of them.</param>
/// <param name="rule">A rule over several members; null passes.</param>
internal sealed class ObjectShape(ImmutableArray<Member> members, Func<JsonValue, string, Finding?>? rule = null) : Shape
{
    public override Finding? Check(JsonValue value, string path)
    {
        if (value.Kind != JsonKind.Object)
        {
            return Mistyped(value, Place(path), "an object { .. }");
        }

        Finding? first = null;
        foreach (var found in value.Members)
        {
            var known = members.FirstOrDefault(m => m.Name == found.Name);
            var finding = known is null ? Unknown(found, path) : known.Shape.Check(found.Value, path.Length == 0 ? found.Name : $"{path}.{found.Name}");
            first = finding is not null && (first is null || finding.Offset < first.Offset) ? finding : first;
        }

        var missing = members.FirstOrDefault(m => m.IsRequired && value[m.Name] is null);
        return first ?? (missing is null ? rule?.Invoke(value, path)
            : new Finding(value.Offset, $"{Place(path)} has no member \"{missing.Name}\"", "it has no default, because each installation must choose it", $"add \"{missing.Name}\": {missing.About}"));
    }

    public override JsonValue Schema()
    {
        var schema = JsonValue.Object(
            ("type", JsonValue.Of("object")),
            ("additionalProperties", JsonValue.False),
            ("properties", JsonValue.Object([.. members.Select(m => (m.Name, m.Shape.Schema().With("description", JsonValue.Of(m.About))))])));
        var required = members.Where(m => m.IsRequired).Select(m => m.Name).ToImmutableArray();
        return required.IsEmpty ? schema : schema.With("required", JsonValue.Strings(required));
    }

    private Finding Unknown(JsonMember found, string path)
    {
        var near = Spelling.Nearest(found.Name, members.Select(m => m.Name));
        return new Finding(
            found.Offset,
            $"unknown member {Quoted(found.Name)} in {Place(path)}",
            "unknown settings are refused: a misspelt limit must not silently not apply",
            $"{(near is null ? "" : $"did you mean \"{near}\"?  ")}allowed here: {string.Join(", ", members.Select(m => m.Name))}");
    }
}
