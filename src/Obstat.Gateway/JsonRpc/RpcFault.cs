using Obstat.Proof.Json;

namespace Obstat.Gateway.JsonRpc;

/// <summary>Why bytes are not a message that this door understands.</summary>
/// <param name="Code">The JSON-RPC error code for the sender, see <see cref="RpcCodes"/>.</param>
/// <param name="Text">What was expected and what came, without values of the sender.</param>
/// <param name="Id">The id of the refused request where one could be read for certain; otherwise null.</param>
/// <param name="Status">What HTTP says; null where the code alone tells.</param>
internal readonly record struct RpcFault(int Code, string Text, JsonValue? Id, int? Status = null);
