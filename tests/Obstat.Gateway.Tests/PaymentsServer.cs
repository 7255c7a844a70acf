using System.Text.Json;
using System.Text.Json.Nodes;
using Obstat.Gateway.Upstreams;
using Obstat.Tests;

namespace Obstat.Gateway.Tests;

/// <summary>The payments server of the samples as a real child, with tools of the test's choice and its own journal of what reached it.</summary>
internal sealed class PaymentsServer : IDisposable
{
    public const string SafeAndDanger = """{"tools":[{"name":"safe","inputSchema":{"type":"object"}},{"name":"danger","inputSchema":{"type":"object"}}]}""";

    public PaymentsServer(string tools = SafeAndDanger)
    {
        Folder = Directory.CreateTempSubdirectory("gw").FullName;
        File.WriteAllText(ToolsFile, tools);
    }

    public string Folder { get; }

    public string ToolsFile => Path.Combine(Folder, "tools.json");

    public string Journal => Path.Combine(Folder, "journal.jsonl");

    public static string Executable
    {
        get
        {
            var output = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar);
            var folders = output.Split(Path.DirectorySeparatorChar);
            return Path.Combine(Vectors.Root, "samples", "Obstat.Samples.Payments", "bin", folders[^2], folders[^1], "Obstat.Samples.Payments");
        }
    }

    public string[] Arguments => ["--journal", Journal, "--tools", ToolsFile, "--journal-requests"];

    public ChildProgram Program => new(Executable, [Executable, .. Arguments], Folder,
        [.. Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>().Select(e => $"{e.Key}={e.Value}")]);

    /// <summary>What the server wrote down, in order.</summary>
    public JsonObject[] Lines(string kind)
        => File.Exists(Journal) ? [.. File.ReadAllLines(Journal).Select(l => JsonNode.Parse(l)!.AsObject()).Where(l => (string?)l["kind"] == kind)] : [];

    /// <summary>The bodies of the requests of one method that reached the server.</summary>
    public string[] Requests(string method) => [.. Lines("request").Select(l => (string)l["body"]!).Where(b => b.Length > 0 && JsonDocument.Parse(b).RootElement.TryGetProperty("method", out var m) && m.GetString() == method)];

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
