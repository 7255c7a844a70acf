using Obstat.Proof.Json;

namespace Obstat.Settings.Shapes;

/// <summary>Null, or what another shape takes.</summary>
internal sealed class OrNullShape(Shape shape) : Shape
{
    public override Finding? Check(JsonValue value, string path) => value.IsNull ? null : shape.Check(value, path);

    public override JsonValue Schema() => JsonValue.Object(("anyOf", JsonValue.Array(shape.Schema(), JsonValue.Object(("type", JsonValue.Of("null"))))));
}

/// <summary>A string by one shape, an object by another.</summary>
internal sealed class TextOrObjectShape(TextShape text, ObjectShape @object) : Shape
{
    public override Finding? Check(JsonValue value, string path) => value.Kind == JsonKind.Object ? @object.Check(value, path) : text.Check(value, path);

    public override JsonValue Schema() => JsonValue.Object(("anyOf", JsonValue.Array(text.Schema(), @object.Schema())));
}
