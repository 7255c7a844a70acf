using Obstat.Gateway.Methods;
using Obstat.Proof.Json;

namespace Obstat.Gateway.Upstreams;

/// <summary>What an upstream asks of the agent's side (2025-11-25).</summary>
/// <param name="Method">The row.</param>
/// <param name="Parameters">Its params; an empty object where none came.</param>
/// <param name="Request">Our id of the request on whose stream it came; null where the transport does not say.</param>
internal sealed record ServerRequest(McpMethod Method, JsonValue Parameters, long? Request);
