namespace Obstat.Cli.Mcp;

/// <summary>A tool server did not do what the protocol asks. The message is for people and holds nothing of the server's but short quotes.</summary>
internal sealed class McpFailureException : Exception
{
    public McpFailureException()
    {
    }

    public McpFailureException(string message)
        : base(message)
    {
    }

    public McpFailureException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
