using Obstat.Proof.Json;

namespace Obstat.Gateway.Upstreams;

/// <summary>What an upstream is answered: exactly one of both.</summary>
/// <param name="Result">The result object.</param>
/// <param name="Error">The error object.</param>
internal readonly record struct ServerReply(JsonValue? Result, JsonValue? Error);
