namespace Obstat.Gateway.Methods;

/// <summary>How a method is gated. Zero is refused as unknown.</summary>
internal enum Gate
{
    /// <summary>Known by name and refused like an unknown method.</summary>
    Closed = 0,

    /// <summary>Opens the connection: action <c>mcp.connect</c>.</summary>
    Connect,

    /// <summary>Goes with a connection that was permitted.</summary>
    Rides,

    /// <summary>Answered here; goes no further.</summary>
    Here,

    /// <summary>A list that is filtered per item: action <c>mcp.list</c>.</summary>
    List,

    /// <summary>An execution of its own: action <c>mcp.METHOD</c>.</summary>
    Call,

    /// <summary>Watches a resource: the action of reading it.</summary>
    Watch,

    /// <summary>About a request of the same connection; any other is dropped and counted.</summary>
    Own,

    /// <summary>Taken and given to nobody.</summary>
    Dropped,

    /// <summary>Passed on as data, within bounds.</summary>
    Data,

    /// <summary>Says that a list changed: the pins are looked at first.</summary>
    Changed,

    /// <summary>Follows changes until it ends: what is followed is reduced to what the caller may read, each resource an execution of its own.</summary>
    Listen,

    /// <summary>A server asks the agent's side: an execution of its own, whose principal is the server.</summary>
    Asks,
}
