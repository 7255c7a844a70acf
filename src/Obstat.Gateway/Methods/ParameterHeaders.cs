using System.Collections.Immutable;
using System.Text;
using Obstat.Proof.Json;

namespace Obstat.Gateway.Methods;

/// <summary>
/// Arguments of a tool that stand in headers too (<c>x-mcp-header</c>, MCP 2026-07-28): by its input schema each such argument is one header <c>Mcp-Param-NAME</c>, and a header
/// that says something else than the body is refused. A schema that asks for an improper header is no schema that anything is sent by.
/// </summary>
internal sealed class ParameterHeaders
{
    /// <summary>What the header names begin with.</summary>
    public const string Prefix = "Mcp-Param-";

    private const string Annotation = "x-mcp-header";
    private const int DepthMax = 16;
    private readonly ImmutableArray<(string Header, ImmutableArray<string> Path)> _rows;

    private ParameterHeaders(ImmutableArray<(string, ImmutableArray<string>)> rows) => _rows = rows;

    /// <summary>Reads the annotations of an input schema: only properties of a primitive type, reached through properties alone, with a name that is a token and unique without regard to case. Null otherwise.</summary>
    public static ParameterHeaders? Of(JsonValue? inputSchema)
    {
        var rows = ImmutableArray.CreateBuilder<(string, ImmutableArray<string>)>();
        var all = Count(inputSchema);
        return Read(inputSchema, [], rows) && rows.Count == all && rows.Select(r => r.Item1.ToLowerInvariant()).Distinct(StringComparer.Ordinal).Count() == rows.Count
            ? new ParameterHeaders(rows.ToImmutable()) : null;
    }

    /// <summary>Whether the headers that came say what the body says: each named argument once, absent exactly where the argument is absent or null.</summary>
    /// <param name="sent">Values by header name in lower case.</param>
    /// <param name="arguments">The arguments of the call.</param>
    public bool Agree(IReadOnlyDictionary<string, string> sent, JsonValue? arguments)
        => _rows.All(row => (Find(arguments, row.Path), sent.GetValueOrDefault(row.Header.ToLowerInvariant())) switch
        {
            (null or { IsNull: true }, var header) => header is null,
            ({ } value, { } header) => HeaderText.TryDecode(header, out var text) && Says(text, value),
            _ => false,
        });

    /// <summary>The headers of a call, made from its arguments.</summary>
    public ImmutableArray<(string Name, string Value)> Made(JsonValue? arguments)
        => [.. _rows.Select(r => (r.Header, Value: Find(arguments, r.Path))).Where(r => r.Value is { IsNull: false }).Select(r => (r.Header, HeaderText.Encode(TextOf(r.Value!))))];

    private static string TextOf(JsonValue value) => value.AsString ?? value.ToString();

    private static bool Says(string text, JsonValue value) => value.Kind switch
    {
        JsonKind.String => text == value.AsString,
        JsonKind.Boolean => text == (value.AsBoolean == true ? "true" : "false"),

        // A number as JSON has it, exactly: what only rounds to the argument is another one.
        JsonKind.Number => text.Length > 0 && char.IsAsciiDigit(text[^1]) && (text[0] == '-' || char.IsAsciiDigit(text[0]))
            && StrictJson.TryParse(Encoding.UTF8.GetBytes(text), out var number, out _) && number.Equals(value),
        _ => false,
    };

    private static JsonValue? Find(JsonValue? arguments, ImmutableArray<string> path)
    {
        foreach (var name in path)
        {
            arguments = arguments?[name];
        }

        return arguments;
    }

    private static bool Read(JsonValue? schema, ImmutableArray<string> path, ImmutableArray<(string, ImmutableArray<string>)>.Builder rows)
    {
        if (path.Length > DepthMax)
        {
            return false;
        }

        foreach (var property in schema?["properties"]?.Members ?? [])
        {
            var below = path.Add(property.Name);
            if (property.Value.Kind != JsonKind.Object)
            {
                continue;
            }

            if (property.Value[Annotation] is { } header)
            {
                if (header.AsString is not { Length: > 0 and <= 64 } name || !name.All(HeaderText.IsTokenCharacter) || property.Value["type"]?.AsString is not ("string" or "integer" or "number" or "boolean"))
                {
                    return false;
                }

                rows.Add((Prefix + name, below));
            }

            if (!Read(property.Value, below, rows))
            {
                return false;
            }
        }

        return true;
    }

    // An annotation anywhere else, in an array's items or an alternative, names no one argument.
    private static int Count(JsonValue? value) => value?.Kind switch
    {
        JsonKind.Object => value.Members.Sum(m => (m.Name == Annotation && m.Value.Kind == JsonKind.String ? 1 : 0) + Count(m.Value)),
        JsonKind.Array => value.Items.Sum(Count),
        _ => 0,
    };
}
