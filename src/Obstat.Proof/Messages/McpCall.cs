using Obstat.Proof.Json;

namespace Obstat.Proof.Messages;

/// <summary>One gated MCP request as the door is about to forward it: what a <see cref="CanonicalAction"/> is made from.</summary>
/// <param name="Revision">Protocol revision of the connection.</param>
/// <param name="Server">Registered name of the server.</param>
/// <param name="Method">JSON-RPC method.</param>
/// <param name="Params">The request's <c>params</c> as forwarded, without <c>_meta</c>; null where there are none.</param>
/// <param name="ToolHash">For <c>tools/call</c>: hash of the tool in the upstream's current listing; null where the upstream has no such tool.</param>
/// <param name="Credential">Name of the credential that the door injects, or null.</param>
public sealed record McpCall(string Revision, string Server, string Method, JsonValue? Params, Digest? ToolHash, string? Credential);
