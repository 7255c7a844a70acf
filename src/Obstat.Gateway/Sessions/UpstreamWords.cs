using Obstat.Gateway.Denials;
using Obstat.Gateway.JsonRpc;
using Obstat.Gateway.Methods;
using Obstat.Proof.Json;

namespace Obstat.Gateway.Sessions;

/// <summary>Answers of an upstream as they may be passed on. Its text is not rewritten; only what would speak in our name is taken out.</summary>
internal static class UpstreamWords
{
    /// <summary>How long a client may keep an answer, at most: 60 s, in ms.</summary>
    public const long KeptMsMax = 60_000;

    private const string Scope = "cacheScope";
    private const string Time = "ttlMs";

    /// <summary>A result without our own member of <c>_meta</c>, kept by nobody but this caller.</summary>
    public static JsonValue Result(JsonValue result, Revision revision)
    {
        var clean = result["_meta"]?[DenialText.MetaName] is null ? result : result.With("_meta", result["_meta"]!.Without(DenialText.MetaName));
        return revision == Revision.R20260728 && (result[Scope] is not null || result[Time] is not null) ? Cached(clean, result) : clean;
    }

    /// <summary>A result that its caller alone may keep, no longer than its server says and than we allow.</summary>
    /// <param name="result">What is told.</param>
    /// <param name="of">What the server said.</param>
    public static JsonValue Cached(JsonValue result, JsonValue of)
        => result.With(Scope, JsonValue.Of("private")).With(Time, JsonValue.Of(Math.Clamp(of[Time]?.AsInteger ?? 0, 0, KeptMsMax)));

    /// <summary>A result of ours that says, as the server did, which server it is.</summary>
    public static JsonValue OfServer(JsonValue result, JsonValue of)
        => of["_meta"]?[MetaNames.ServerInfo] is { Kind: JsonKind.Object } info ? result.With("_meta", JsonValue.Object((MetaNames.ServerInfo, info))) : result;

    /// <summary>An error that is not our refusal: our code becomes an internal error without data.</summary>
    public static JsonValue Error(JsonValue error)
        => error["code"]?.AsInteger == RpcCodes.Refused ? RpcWriter.ErrorObject(-32603, error["message"]?.AsString ?? "", null) : error;

    /// <summary>What HTTP says with an error of an upstream of revision 2026-07-28.</summary>
    public static int Status(JsonValue error) => error["code"]?.AsInteger switch
    {
        RpcCodes.MethodNotFound => 404,
        RpcCodes.MissingCapability or RpcCodes.UnsupportedRevision or RpcCodes.HeaderMismatch or RpcCodes.InvalidRequest or RpcCodes.ParseError => 400,
        _ => 200,
    };
}
