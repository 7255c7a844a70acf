namespace Obstat.Proof.Messages;

/// <summary>One row of the table of methods.</summary>
/// <param name="Name">The JSON-RPC method, client to server.</param>
/// <param name="Gate">What becomes of it.</param>
/// <param name="WireAction">The action it is decided as; null where it is not asked.</param>
/// <param name="Selector">What it is about.</param>
public sealed record McpMethod(string Name, McpGate Gate, string? WireAction, McpSelector Selector);
