using System.Text;
using System.Text.Json;

namespace Obstat.Cedar.Json;

/// <summary>JSON as this room reads it: no duplicate names, no comments, no lone surrogates, integers of 64 bits without exponent, fraction and minus zero.</summary>
internal static class StrictJson
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static JsonElement? Parse(string text, Syntax.DiagnosticBag bag, int depthMax = Limits.JsonDepthMax)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!Syntax.Quoting.IsScalarText(text))
        {
            bag.Add(DiagnosticCode.MalformedJson, "a lone surrogate");
            return null;
        }

        return Parse(Utf8.GetBytes(text), bag, depthMax);
    }

    public static JsonElement? Parse(ReadOnlySpan<byte> utf8, Syntax.DiagnosticBag bag, int depthMax = Limits.JsonDepthMax)
    {
        try
        {
            return JsonElement.Parse(utf8, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = depthMax });
        }
        catch (JsonException e)
        {
            bag.Add(DiagnosticCode.MalformedJson, $"not strict JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine})");
            return null;
        }
        catch (InvalidOperationException)
        {
            // The library cannot compare a name that is no Unicode text with others.
            bag.Add(DiagnosticCode.MalformedJson, "a name is no Unicode text");
            return null;
        }
    }

    /// <summary>The text of a JSON string; nothing if it holds a lone surrogate or bytes that are not UTF-8.</summary>
    public static string? Text(JsonElement element)
    {
        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The name of a member; nothing if it holds a lone surrogate or bytes that are not UTF-8.</summary>
    public static string? Name(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The integer that a JSON number is, written as an integer.</summary>
    public static bool TryInteger(JsonElement element, out long value)
    {
        value = 0;
        var raw = element.ValueKind == JsonValueKind.Number ? element.GetRawText() : "";
        return raw.Length > 0 && raw != "-0" && raw.AsSpan().IndexOfAny(".eE") < 0 && element.TryGetInt64(out value);
    }

    /// <summary>The member of that name, if the element is an object and has it.</summary>
    public static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : null;
}
