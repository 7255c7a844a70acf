using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Obstat.Cedar.Values;
using Obstat.Proof.Json;

namespace Obstat.Core.Decisions;

/// <summary>Fills the facets of a tool's classes from its arguments. An absent or mistyped one refuses the call, with the pointer.</summary>
internal static class Facets
{
    public static bool TryFill(
        ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, FacetSource>> classes, JsonValue arguments, [NotNullWhen(true)] out CedarRecord? facet, [NotNullWhen(false)] out string? pointer)
    {
        (facet, pointer) = (null, null);
        var filled = CedarRecord.Empty;
        foreach (var (name, sources) in classes)
        {
            if (!ToolClass.TryGet(name, out var toolClass))
            {
                pointer = "";
                return false;
            }

            foreach (var (facetName, type) in toolClass.Facets)
            {
                if (!sources.TryGetValue(facetName, out var source) || source.Find(arguments) is not { } value || Read(value, type) is not { } read)
                {
                    pointer = sources.GetValueOrDefault(facetName)?.Pointer ?? "";
                    return false;
                }

                filled = filled.With(facetName, read);
            }
        }

        facet = filled;
        return true;
    }

    /// <summary>A number as an exact decimal of four fraction digits; null where it is none.</summary>
    public static CedarDecimal? DecimalOf(JsonValue value)
    {
        // The canonical text is the shortest that reads back as the same double; an exponent means more digits than a decimal has.
        var text = value.Kind == JsonKind.Number ? value.ToString() : value.AsString;
        return text is null ? null : CedarDecimal.TryParse(text.Contains('.', StringComparison.Ordinal) ? text : text + ".0", out var made) ? made : null;
    }

    private static CedarValue? Read(JsonValue value, FacetType type) => type switch
    {
        FacetType.Text => value.AsString is { } text ? CedarValue.Of(text) : null,
        FacetType.Texts when value.AsString is { } one => CedarValue.SetOf(CedarValue.Of(one)),
        FacetType.Texts => value.Kind == JsonKind.Array && value.Items.All(i => i.AsString is not null) ? CedarValue.SetOf(value.Items.Select(i => CedarValue.Of(i.AsString!))) : null,
        FacetType.Amount => DecimalOf(value),
        _ => null,
    };
}
