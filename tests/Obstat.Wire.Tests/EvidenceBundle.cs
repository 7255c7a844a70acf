using System.IO.Compression;
using System.Text.Json;

namespace Obstat.Wire.Tests;

/// <summary>Looks into a bundle that was verified, as an auditor's script would: with the platform's zip reader and plain JSON.</summary>
internal static class EvidenceBundle
{
    /// <summary>The decided tool calls, in order of the ledger, without the marked probes of points: "allow NAME" or "deny NAME CODE".</summary>
    public static IReadOnlyList<string> ToolCalls(string path)
    {
        using var zip = ZipFile.OpenRead(path);
        return [.. from entry in zip.Entries
                   where entry.FullName.StartsWith("entries/", StringComparison.Ordinal) && entry.FullName.EndsWith(".statement.json", StringComparison.Ordinal)
                   orderby long.Parse(Path.GetFileName(entry.FullName).Split('.')[0], System.Globalization.CultureInfo.InvariantCulture)
                   let predicate = Read(entry).GetProperty("predicate")
                   where predicate.TryGetProperty("request", out var request) && request.GetProperty("action").GetString() == "mcp.tools/call" && predicate.GetProperty("canary").ValueKind == JsonValueKind.Null
                   let blob = predicate.GetProperty("sealed").EnumerateArray().First(b => b.GetProperty("role").GetString() == "request").GetProperty("plain").GetString()
                   let name = Read(zip.GetEntry($"blobs/{blob}.json")!).GetProperty("action").GetProperty("name").GetString()
                   select $"{predicate.GetProperty("decision").GetString()} {name} {predicate.GetProperty("reason").GetString()}".TrimEnd()];
    }

    /// <summary>The decided transfers with the note that their caller gave, and how many ends each has.</summary>
    public static IReadOnlyList<Decided> Transfers(string path)
    {
        using var zip = ZipFile.OpenRead(path);
        var statements = zip.Entries.Where(e => e.FullName.StartsWith("entries/", StringComparison.Ordinal) && e.FullName.EndsWith(".statement.json", StringComparison.Ordinal))
            .Select(e => (Index: long.Parse(Path.GetFileName(e.FullName).Split('.')[0], System.Globalization.CultureInfo.InvariantCulture), Statement: Read(e))).ToArray();
        var ends = statements.Where(s => s.Statement.GetProperty("predicateType").GetString() is var type && (type!.EndsWith("/outcome/v1", StringComparison.Ordinal) || type.EndsWith("/orphaned/v1", StringComparison.Ordinal)))
            .ToLookup(s => s.Statement.GetProperty("predicate").GetProperty("decision").GetProperty("index").GetInt64(), s => s.Statement.GetProperty("predicateType").GetString()!);
        return [.. from entry in statements
                   let predicate = entry.Statement.GetProperty("predicate")
                   where predicate.TryGetProperty("request", out var request) && request.GetProperty("action").GetString() == "mcp.tools/call" && predicate.GetProperty("canary").ValueKind == JsonValueKind.Null
                   let blob = predicate.GetProperty("sealed").EnumerateArray().First(b => b.GetProperty("role").GetString() == "request").GetProperty("plain").GetString()
                   let note = Read(zip.GetEntry($"blobs/{blob}.json")!).GetProperty("action").GetProperty("arguments").GetProperty("note").GetString()
                   select new Decided(entry.Index, note!, predicate.GetProperty("decision").GetString() == "allow", ends[entry.Index].Count(), ends[entry.Index].Any(t => t.EndsWith("/outcome/v1", StringComparison.Ordinal)))];
    }

    private static JsonElement Read(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        return JsonDocument.Parse(stream).RootElement;
    }
}
