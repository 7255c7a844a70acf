using Obstat.Gateway.Denials;
using Obstat.Gateway.JsonRpc;
using Obstat.Proof.Json;

namespace Obstat.Gateway.Sessions;

/// <summary>Answers of an upstream as they may be passed on. Its text is not rewritten; only what would speak in our name is taken out.</summary>
internal static class UpstreamWords
{
    /// <summary>A result without our own member of <c>_meta</c>.</summary>
    public static JsonValue Result(JsonValue result) => result["_meta"]?[DenialText.MetaName] is null ? result : result.With("_meta", result["_meta"]!.Without(DenialText.MetaName));

    /// <summary>An error that is not our refusal: our code becomes an internal error without data.</summary>
    public static JsonValue Error(JsonValue error)
        => error["code"]?.AsInteger == RpcCodes.Refused ? RpcWriter.ErrorObject(-32603, error["message"]?.AsString ?? "", null) : error;
}
