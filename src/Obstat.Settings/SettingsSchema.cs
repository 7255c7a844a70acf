using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Obstat.Proof.Json;
using Obstat.Settings.Shapes;

namespace Obstat.Settings;

/// <summary>The JSON Schema of <c>obstat.json</c>, made from the same shapes that the reader checks by; editors complete and check with it.</summary>
public static class SettingsSchema
{
    /// <summary>The usual name of the file, beside the configuration.</summary>
    public const string Name = "obstat.schema.json";

    private static readonly JsonWriterOptions Layout = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The schema as text with a line feed at its end.</summary>
    public static string Text()
    {
        var schema = SettingsFormat.File.Schema()
            .With("$schema", JsonValue.Of("https://json-schema.org/draft/2020-12/schema"))
            .With("title", JsonValue.Of("obstat.json"));
        using var document = JsonDocument.Parse(Encoding.UTF8.GetString(schema.ToCanonicalBytes()));
        using var memory = new MemoryStream();
        using (var writer = new Utf8JsonWriter(memory, Layout))
        {
            document.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(memory.ToArray()) + "\n";
    }
}
