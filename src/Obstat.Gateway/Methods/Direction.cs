namespace Obstat.Gateway.Methods;

/// <summary>Who sends a message to whom.</summary>
internal enum Direction
{
    /// <summary>Nobody.</summary>
    None = 0,

    /// <summary>The agent's side to the tool server.</summary>
    ClientToServer,

    /// <summary>The tool server to the agent's side.</summary>
    ServerToClient,
}
