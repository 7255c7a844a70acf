using Obstat.Gateway.Denials;
using Obstat.Gateway.JsonRpc;
using Obstat.Proof.Json;
using Obstat.Proof.Reasons;

namespace Obstat.Gateway.Sessions;

/// <summary>What goes back to the client for one message.</summary>
/// <param name="Body">One JSON-RPC answer; null where none is due.</param>
/// <param name="IsBroken">Whether the message itself could not be understood: HTTP says 400.</param>
/// <param name="IsNobody">Whether it was refused because nobody proved who asks: HTTP says 401.</param>
/// <param name="IsStream">Whether the upstream gave the answer at the end of an event stream: HTTP gives it in the same form.</param>
internal readonly record struct Reply(byte[]? Body, bool IsBroken = false, bool IsNobody = false, bool IsStream = false)
{
    /// <summary>No answer is due.</summary>
    public static Reply None => default;

    /// <summary>A result.</summary>
    public static Reply Result(JsonValue id, JsonValue result) => new(RpcWriter.Result(id, result));

    /// <summary>An error.</summary>
    public static Reply Error(JsonValue id, JsonValue error) => new(RpcWriter.Error(id, error));

    /// <summary>An error of this door.</summary>
    public static Reply Error(JsonValue? id, int code, string message) => new(RpcWriter.Error(id, code, message), code is RpcCodes.ParseError or RpcCodes.InvalidRequest);

    /// <summary>The refusal of a gated method other than the call of a listed tool.</summary>
    public static Reply Refused(JsonValue id, Denial refusal, string action, JsonValue? arguments) => new(RpcWriter.Error(id, DenialText.Error(refusal, action, arguments)), IsNobody: refusal.Reason == DenyReason.IdentityUnverifiable);
}
