using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Obstat.Samples.Payments;

/// <summary>
/// The definitions of the tools: <c>{"tools":[..]}</c> in the members of MCP's <c>Tool</c>. Read again for every answer, so that editing the file changes
/// what this server says about itself while it runs.
/// </summary>
public sealed class ToolFile(string path)
{
    /// <summary>The definitions as they stand in the file now. Throws when it is not such a file.</summary>
    public IList<Tool> Read()
        => JsonSerializer.Deserialize<ListToolsResult>(File.ReadAllBytes(path), McpJsonUtilities.DefaultOptions)?.Tools
            ?? throw new InvalidDataException($"{path}: no tools");
}
