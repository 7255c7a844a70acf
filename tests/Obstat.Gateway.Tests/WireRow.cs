using System.Text.Json;
using Obstat.Tests;

namespace Obstat.Gateway.Tests;

/// <summary>One row of <c>attacks/wire/*.jsonl</c>.</summary>
public sealed record WireRow(string Id, string Class, byte[] Bytes, string Expect, string? Code, int ResponsesMax)
{
    public override string ToString() => $"{Id} ({Class})";

    public static WireRow[] Read(string file)
        => [.. File.ReadLines(Vectors.Shared($"attacks/wire/{file}.jsonl")).Select(line =>
        {
            using var row = JsonDocument.Parse(line);
            var root = row.RootElement;
            return new WireRow(root.GetProperty("id").GetString()!, root.GetProperty("class").GetString()!, root.GetProperty("raw_b64").GetBytesFromBase64(),
                root.GetProperty("expect").GetString()!, root.TryGetProperty("code", out var code) ? code.GetString() : null,
                root.TryGetProperty("responses_max", out var max) ? max.GetInt32() : 1);
        })];
}
