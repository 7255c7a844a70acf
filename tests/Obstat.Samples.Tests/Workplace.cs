using System.Text.Json.Nodes;

namespace Obstat.Samples.Tests;

/// <summary>A folder of its own with a copy of the tool definitions, removed at the end.</summary>
internal sealed class Workplace : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("obstat-samples-");

    public Workplace() => System.IO.File.Copy(Path.Combine(AppContext.BaseDirectory, "tools.json"), Tools);

    public string Journal => File("journal.jsonl");

    public string Tools => File("tools.json");

    public string File(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>The lines of one kind, read while the server may still hold the file.</summary>
    public List<JsonObject> Lines(string kind)
    {
        using var stream = new FileStream(Journal, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => (JsonObject)JsonNode.Parse(line)!).Where(line => (string?)line["kind"] == kind)];
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
