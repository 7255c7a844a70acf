using System.Collections.Immutable;
using System.Text.Json;
using Obstat.Cedar;

namespace Obstat.Core.Decisions;

/// <summary>Which members of the context a policy reads: what must move before its answer can.</summary>
internal static class ContextMembers
{
    private const int DepthMax = 1024;

    /// <summary>Every read as the path of attributes from the context on, the longest that is known; empty where a policy takes the context as a whole.</summary>
    public static IReadOnlyList<ImmutableArray<string>> ReadBy(Policy policy)
    {
        using var document = JsonDocument.Parse(policy.ToJson(), new JsonDocumentOptions { MaxDepth = DepthMax });
        var found = new List<ImmutableArray<string>>();
        Walk(document.RootElement, found);
        return found;
    }

    /// <summary>Whether its answer may change by time alone, while nothing else moves.</summary>
    public static bool ReadsTime(Policy policy) => ReadBy(policy).Any(path => path.IsEmpty || path[0] is "now" or "lease");

    private static void Walk(JsonElement element, List<ImmutableArray<string>> found)
    {
        if (PathOf(element) is { } path)
        {
            found.Add(path);
        }
        else if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
            {
                Walk(item, found);
            }
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in element.EnumerateObject())
            {
                Walk(property.Value, found);
            }
        }
    }

    /// <summary>The attributes from the context on, for an expression that reads one; null for any other.</summary>
    private static ImmutableArray<string>? PathOf(JsonElement expression)
    {
        if (expression.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (expression.TryGetProperty("Var", out var variable))
        {
            return variable.ValueKind == JsonValueKind.String && variable.GetString() == "context" ? [] : null;
        }

        return (expression.TryGetProperty(".", out var access) || expression.TryGetProperty("has", out access))
            && access.ValueKind == JsonValueKind.Object && access.TryGetProperty("left", out var left) && access.TryGetProperty("attr", out var attribute)
            && PathOf(left) is { } path
                ? attribute.ValueKind == JsonValueKind.Array ? [.. path, .. attribute.EnumerateArray().Select(a => a.GetString()!)] : [.. path, attribute.GetString()!]
                : null;
    }
}
