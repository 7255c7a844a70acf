using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Obstat.Core.Decisions;
using Obstat.Proof.Json;

namespace Obstat.Cli.Pinning;

/// <summary>
/// A class that the operator gives a tool: <c>TOOL=CLASS</c>, or with facets <c>TOOL=CLASS:FACET=/pointer,FACET=TEXT</c>. A source that begins with <c>/</c> is a JSON Pointer into the
/// arguments, everything else a constant.
/// </summary>
/// <param name="Tool">The tool.</param>
/// <param name="Class">The class.</param>
/// <param name="Facets">Where each facet comes from, as <c>obstat-policy.json</c> writes it.</param>
internal sealed record ClassGiven(string Tool, string Class, JsonValue Facets)
{
    /// <summary>Reads one.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ClassGiven? given, [NotNullWhen(false)] out string? reason)
    {
        given = null;
        var parts = text.Split('=', 2);
        if (parts.Length != 2 || parts[0].Length == 0)
        {
            reason = $"\"{text}\" gives no class: expected TOOL=CLASS, as in transfer=pay:amount=/amount,currency=EUR,payee=/to";
            return false;
        }

        var halves = parts[1].Split(':', 2);
        if (!ToolClass.TryGet(halves[0], out var known))
        {
            reason = $"\"{halves[0]}\" is no class: {string.Join(", ", ToolClass.Names)}";
            return false;
        }

        var facets = new List<(string, JsonValue)>();
        foreach (var facet in halves.Length == 1 ? [] : halves[1].Split(','))
        {
            var pair = facet.Split('=', 2);
            if (pair.Length != 2 || facets.Any(f => f.Item1 == pair[0]))
            {
                reason = $"\"{facet}\" is no facet, or one given twice: expected FACET=/pointer or FACET=TEXT";
                return false;
            }

            facets.Add((pair[0], pair[1].StartsWith('/') ? JsonValue.Of(pair[1]) : JsonValue.Object(("value", JsonValue.Of(pair[1])))));
        }

        var wanted = known.Facets.Select(f => f.Name).ToImmutableSortedSet(StringComparer.Ordinal);
        reason = wanted.SetEquals(facets.Select(f => f.Item1)) ? null
            : wanted.IsEmpty ? $"class {halves[0]} has no facets"
            : $"class {halves[0]} needs exactly its facets: {parts[0]}={halves[0]}:{string.Join(',', known.Facets.Select(f => $"{f.Name}=/.."))}";
        given = reason is null ? new ClassGiven(parts[0], halves[0], JsonValue.Object([.. facets])) : null;
        return given is not null;
    }
}
