namespace Obstat.Wire.Tests;

/// <summary>The command line of the MCP inspector.</summary>
internal static class Inspector
{
    /// <summary>Runs it to its end.</summary>
    public static Task<Ran> RunAsync(string folder, params string[] arguments)
    {
        var environment = new Dictionary<string, string> { ["PATH"] = $"{Path.GetDirectoryName(NodePrograms.Node)}:{Environment.GetEnvironmentVariable("PATH")}" };
        return Ran.ProgramAsync(folder, environment, NodePrograms.Node, [NodePrograms.Inspector, "--cli", .. arguments]);
    }
}
