using Obstat.Proof.Json;

namespace Obstat.Core.Decisions;

/// <summary>Where a facet comes from: a JSON Pointer (RFC 6901) into the arguments, or a constant of the operator. Exactly one is set.</summary>
/// <param name="Pointer">Starts with <c>/</c>; no array indexes.</param>
/// <param name="Constant">A string or a number.</param>
public sealed record FacetSource(string? Pointer, JsonValue? Constant)
{
    /// <summary>The value for these arguments, or null where the pointer leads nowhere.</summary>
    public JsonValue? Find(JsonValue arguments)
    {
        if (Pointer is null)
        {
            return Constant;
        }

        var found = arguments;
        foreach (var part in Pointer[1..].Split('/'))
        {
            // "~1" before "~0": the other order would read "~01" as a slash (RFC 6901 section 4).
            found = found?[part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)];
        }

        return found;
    }
}
