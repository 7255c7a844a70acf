namespace Obstat.Gateway.Methods;

/// <summary>Members of <c>_meta</c> that revision 2026-07-28 gives a meaning.</summary>
internal static class MetaNames
{
    /// <summary>The revision that a request speaks.</summary>
    public const string ProtocolVersion = "io.modelcontextprotocol/protocolVersion";

    /// <summary>What the client can do, for this request alone.</summary>
    public const string ClientCapabilities = "io.modelcontextprotocol/clientCapabilities";

    /// <summary>What the client says it is.</summary>
    public const string ClientInfo = "io.modelcontextprotocol/clientInfo";

    /// <summary>How much the client wants to be told while the request runs; nothing where it is absent.</summary>
    public const string LogLevel = "io.modelcontextprotocol/logLevel";

    /// <summary>What the server says it is.</summary>
    public const string ServerInfo = "io.modelcontextprotocol/serverInfo";

    /// <summary>The id of the request that opened a subscription.</summary>
    public const string SubscriptionId = "io.modelcontextprotocol/subscriptionId";
}
