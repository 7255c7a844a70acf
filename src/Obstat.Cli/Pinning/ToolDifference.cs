using Obstat.Cli.Output;
using Obstat.Proof.Json;
using Obstat.Proof.Pins;

namespace Obstat.Cli.Pinning;

/// <summary>What is different between the tools that were approved and those that a server lists now.</summary>
internal static class ToolDifference
{
    private const int LinesMax = 12;

    /// <summary>One line a difference, in the order of the tools; empty where all is as it was approved.</summary>
    public static IEnumerable<string> Of(PinStatement before, ServerIdentity identity, Listing now)
    {
        if (!before.Server.Json.Equals(identity.Json))
        {
            yield return $"server   {Shown.Of(before.Server.Json.ToString(), 400)}\n      -> {Shown.Of(identity.Json.ToString(), 400)}";
        }

        foreach (var tool in before.Tools)
        {
            var listed = now.Tools.FirstOrDefault(t => t["name"]?.AsString == tool.Name);
            if (listed is null)
            {
                yield return $"gone     {tool.Name}";
                continue;
            }

            var lines = Of(tool.Tool, ToolHash.Pinned(listed), "").ToArray();
            foreach (var line in lines.Take(LinesMax))
            {
                yield return $"changed  {tool.Name} {line}";
            }

            if (lines.Length > LinesMax)
            {
                yield return FormattableString.Invariant($"changed  {tool.Name} and {lines.Length - LinesMax} more");
            }
        }

        foreach (var tool in now.Tools.Where(t => before.Tools.All(b => b.Name != t["name"]?.AsString)))
        {
            yield return $"new      {tool["name"]?.AsString}";
        }
    }

    private static IEnumerable<string> Of(JsonValue before, JsonValue after, string at)
    {
        if (before.Equals(after))
        {
            return [];
        }

        return before.Kind == JsonKind.Object && after.Kind == JsonKind.Object
            ? before.Members.Select(m => m.Name).Concat(after.Members.Select(m => m.Name)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).SelectMany(name => (before[name], after[name]) switch
            {
                ({ } old, { } next) => Of(old, next, $"{at}/{name}"),
                ({ } old, null) => [$"{at}/{name}: {Shown.Of(old.ToString(), 120)} -> nothing"],
                (null, { } next) => [$"{at}/{name}: nothing -> {Shown.Of(next.ToString(), 120)}"],
                _ => [],
            })
            : [$"{at}: {Shown.Of(before.ToString(), 120)} -> {Shown.Of(after.ToString(), 120)}"];
    }
}
