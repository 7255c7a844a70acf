namespace Obstat.Gateway.JsonRpc;

/// <summary>JSON-RPC error codes that this door sends (JSON-RPC 2.0 section 5.1, MCP), and its own.</summary>
internal static class RpcCodes
{
    /// <summary>The bytes are not the JSON that is taken in.</summary>
    public const int ParseError = -32700;

    /// <summary>The JSON is no message, or one that must not be sent.</summary>
    public const int InvalidRequest = -32600;

    /// <summary>The method is not known in this direction and revision.</summary>
    public const int MethodNotFound = -32601;

    /// <summary>The params do not fit the method; also the one answer for tools that the caller may not know of.</summary>
    public const int InvalidParams = -32602;

    /// <summary>Headers and body of a request of revision 2026-07-28 differ.</summary>
    public const int HeaderMismatch = -32020;

    /// <summary>A request needs something that its client did not say it can do (2026-07-28); comes from upstreams alone.</summary>
    public const int MissingCapability = -32021;

    /// <summary>The revision that a request of 2026-07-28 or later names is not spoken here.</summary>
    public const int UnsupportedRevision = -32022;

    /// <summary>A gated method other than a call of a listed tool was refused. Outside the range of JSON-RPC and of what MCP reserves.</summary>
    public const int Refused = -31000;
}
