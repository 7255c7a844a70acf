using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Json;

namespace Obstat.Cli.Hosts;

/// <summary>A configuration file of a host: JSON, with comments and trailing commas where the host takes them.</summary>
internal static class HostFile
{
    private static readonly JsonLimits Limits = new(32 << 20, 128, 4_000_000);

    /// <summary>The absolute path of a file that <c>hosts.json</c> names.</summary>
    public static string PathOf(string project, string file)
        => file.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "/", file[2..]) : Path.Combine(project, file);

    /// <summary>Reads a file. One that is not there is an empty object; one that is no JSON object is an error.</summary>
    public static bool TryRead(string path, [NotNullWhen(true)] out JsonValue? content, [NotNullWhen(false)] out string? reason)
    {
        (content, reason) = (null, null);
        try
        {
            if (!File.Exists(path))
            {
                content = JsonValue.EmptyObject;
            }
            else if (!StrictJson.TryParse(File.ReadAllBytes(path), JsonRules.Settings, Limits, out content, out var error) || content.Kind != JsonKind.Object)
            {
                reason = $"{path}: {(content is null ? error.ToString() : "expected an object")}";
                content = null;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            reason = $"{path}: {e.Message}";
        }

        return content is not null;
    }

    /// <summary>The values at a path; <c>*</c> stands for every member, a number for the item of that index.</summary>
    public static IEnumerable<JsonValue> At(JsonValue? value, ImmutableArray<string> path)
        => value is null ? []
            : path.IsEmpty ? [value]
            : value.Kind == JsonKind.Array ? int.TryParse(path[0], out var index) && index >= 0 && index < value.Items.Length ? At(value.Items[index], path[1..]) : []
            : value.Kind != JsonKind.Object ? []
            : path[0] == "*" ? value.Members.SelectMany(m => At(m.Value, path[1..]))
            : At(value[path[0]], path[1..]);
}
