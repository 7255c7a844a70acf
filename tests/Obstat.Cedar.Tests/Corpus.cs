using System.Text.Json;
using Obstat.Cedar.Values;
using Obstat.Tests;

namespace Obstat.Cedar.Tests;

/// <summary>Reads the vectors of the Cedar corpus.</summary>
internal static class Corpus
{
    public static IEnumerable<JsonElement> Lines(string path)
    {
        var bytes = Vectors.Bytes(path).AsMemory();
        while (!bytes.IsEmpty)
        {
            var end = bytes.Span.IndexOf((byte)'\n');
            var line = end < 0 ? bytes : bytes[..end];
            bytes = end < 0 ? default : bytes[(end + 1)..];
            if (!line.IsEmpty)
            {
                yield return JsonElement.Parse(line.Span);
            }
        }
    }

    public static EntityUid Uid(JsonElement json)
    {
        var inner = json.TryGetProperty("__entity", out var wrapped) ? wrapped : json;
        return new(inner.GetProperty("type").GetString()!, inner.GetProperty("id").GetString()!);
    }

    public static string Text(this JsonElement json, string name) => json.GetProperty(name).GetString()!;

    public static string[] Strings(this JsonElement json, string name) =>
        [.. json.GetProperty(name).EnumerateArray().Select(e => e.GetString()!).Order(StringComparer.Ordinal)];
}
