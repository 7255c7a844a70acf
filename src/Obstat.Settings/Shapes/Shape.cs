using Obstat.Proof.Json;

namespace Obstat.Settings.Shapes;

/// <summary>What one place of the configuration may hold. The reader's check and the editors' JSON Schema come from the same shape, so they cannot part.</summary>
internal abstract class Shape
{
    /// <summary>The first finding, or null where the value is right.</summary>
    public abstract Finding? Check(JsonValue value, string path);

    /// <summary>JSON Schema (2020-12) of the same values, as far as a schema can say it.</summary>
    public abstract JsonValue Schema();

    protected static Finding Mistyped(JsonValue value, string path, string expected)
        => new(value.Offset, $"{path} is {Shown(value)}, expected {expected}", "a setting that is not what it should be would silently not apply", $"write {expected}");

    protected static string Place(string path) => path.Length == 0 ? "the file" : path;

    private static string Shown(JsonValue value) => value.Kind switch
    {
        JsonKind.Null or JsonKind.Boolean or JsonKind.Number => value.ToString(),
        JsonKind.String => Quoted(value.AsString!),
        JsonKind.Array => "an array",
        JsonKind.Object => "an object",
        _ => "no value",
    };

    /// <summary>A text of somebody else's as it may be shown: cut at 200 characters, control and format characters as escapes.</summary>
    protected static string Quoted(string text)
    {
        var shown = new System.Text.StringBuilder("\"");
        foreach (var rune in text.EnumerateRunes().Take(200))
        {
            var category = System.Text.Rune.GetUnicodeCategory(rune);
            var visible = category is not (System.Globalization.UnicodeCategory.Control or System.Globalization.UnicodeCategory.Format
                or System.Globalization.UnicodeCategory.LineSeparator or System.Globalization.UnicodeCategory.ParagraphSeparator or System.Globalization.UnicodeCategory.Surrogate);
            _ = visible ? shown.Append(rune.ToString()) : shown.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
        }

        return shown.Append('"').ToString();
    }
}
