using System.Collections.Immutable;
using System.Text.Json;
using Obstat.Cedar;

namespace Obstat.Core.Decisions;

/// <summary>
/// Members of the context that have a neutral value because nothing is counted or marked yet. A condition on one of them would always give the same answer, so it refuses the load:
/// a rule that cannot apply is not taken for one that does.
/// </summary>
internal static class NotTracked
{
    private const int DepthMax = 1024;

    private static readonly ImmutableArray<ImmutableArray<string>> Members =
    [
        ["session", "used"], ["session", "calls"], ["session", "denials"], ["session", "age"], ["session", "unresolved"], ["session", "mark", "labels"],
        ["flow", "labels"], ["arg", "*", "labels"], ["budget"], ["lease"],
    ];

    /// <summary>The members that a policy reads, as paths in the context, in order.</summary>
    public static ImmutableSortedSet<string> ReadBy(Policy policy)
    {
        using var document = JsonDocument.Parse(policy.ToJson(), new JsonDocumentOptions { MaxDepth = DepthMax });
        var found = ImmutableSortedSet.CreateBuilder<string>(StringComparer.Ordinal);
        Walk(document.RootElement, found);
        return found.ToImmutable();
    }

    private static void Walk(JsonElement element, ImmutableSortedSet<string>.Builder found)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
            {
                Walk(item, found);
            }
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            if (PathOf(element) is { } path && Members.FirstOrDefault(m => m.Length <= path.Length && m.Zip(path).All(p => p.First == "*" || p.First == p.Second)) is { IsDefault: false } member)
            {
                _ = found.Add("context." + string.Join('.', path.Take(member.Length)));
            }

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
