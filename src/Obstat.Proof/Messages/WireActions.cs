namespace Obstat.Proof.Messages;

/// <summary>Actions in wire form (<c>kind.method</c>): as permits, delegations and evidence name them.</summary>
public static class WireActions
{
    /// <summary>Opens a connection to a server.</summary>
    public const string McpConnect = "mcp.connect";

    /// <summary>Lists what a server has.</summary>
    public const string McpList = "mcp.list";

    /// <summary>Calls a tool.</summary>
    public const string McpToolsCall = "mcp.tools/call";

    /// <summary>Gets a prompt.</summary>
    public const string McpPromptsGet = "mcp.prompts/get";

    /// <summary>Reads, or follows, a resource.</summary>
    public const string McpResourcesRead = "mcp.resources/read";

    /// <summary>Completes an argument.</summary>
    public const string McpCompletion = "mcp.completion/complete";

    /// <summary>A server asks the agent's model something.</summary>
    public const string McpSampling = "mcp.sampling";

    /// <summary>A server asks the person behind the agent something.</summary>
    public const string McpElicitation = "mcp.elicitation";

    /// <summary>A server asks which folders the agent works in.</summary>
    public const string McpRoots = "mcp.roots";

    /// <summary>Whether a server asks, on behalf of an execution, and its principal is the server itself.</summary>
    public static bool IsOfServer(string action) => action is McpSampling or McpElicitation or McpRoots;
}
