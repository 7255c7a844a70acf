using Obstat.Gateway.Denials;
using Obstat.Gateway.JsonRpc;
using Obstat.Proof.Json;
using Obstat.Proof.Reasons;

namespace Obstat.Gateway.Sessions;

/// <summary>What goes back to the client for one message.</summary>
/// <param name="Body">One JSON-RPC answer; null where none is due.</param>
/// <param name="Status">What HTTP says, where nothing was told before the answer.</param>
/// <param name="IsNobody">Whether it was refused because nobody proved who asks: HTTP says 401.</param>
/// <param name="IsStream">Whether the upstream gave the answer at the end of an event stream: HTTP gives it in the same form.</param>
/// <param name="IsCut">Whether a stream that began is cut without another byte: its lease ended in silence.</param>
internal readonly record struct Reply(byte[]? Body, int Status = 200, bool IsNobody = false, bool IsStream = false, bool IsCut = false)
{
    /// <summary>No answer is due.</summary>
    public static Reply None => new(null, 202);

    /// <summary>A result.</summary>
    public static Reply Result(JsonValue id, JsonValue result) => new(RpcWriter.Result(id, result));

    /// <summary>An error.</summary>
    public static Reply Error(JsonValue id, JsonValue error) => new(RpcWriter.Error(id, error));

    /// <summary>An error of this door. HTTP says 400 where the message itself could not be understood.</summary>
    public static Reply Error(JsonValue? id, int code, string message) => new(RpcWriter.Error(id, code, message), code is RpcCodes.ParseError or RpcCodes.InvalidRequest or RpcCodes.HeaderMismatch ? 400 : 200);

    /// <summary>The answer to what was not understood.</summary>
    public static Reply Error(RpcFault fault) => fault.Status is { } status ? Error(fault.Id, fault.Code, fault.Text) with { Status = status } : Error(fault.Id, fault.Code, fault.Text);

    /// <summary>The revision that a request names is not spoken on this connection.</summary>
    /// <param name="id">The id of the request.</param>
    /// <param name="supported">What is spoken.</param>
    /// <param name="requested">What was named; given back where it is ASCII of at most 64 characters.</param>
    public static Reply Unsupported(JsonValue id, IEnumerable<string> supported, string requested) => new(
        RpcWriter.Error(id, RpcWriter.ErrorObject(RpcCodes.UnsupportedRevision, "Unsupported protocol version",
            JsonValue.Object(("supported", JsonValue.Strings(supported)), ("requested", JsonValue.Of(requested.Length <= 64 && requested.All(char.IsAscii) ? requested : "another"))))), 400);

    /// <summary>The refusal of a gated method other than the call of a listed tool.</summary>
    public static Reply Refused(JsonValue id, Denial refusal, string action, JsonValue? arguments) => new(RpcWriter.Error(id, DenialText.Error(refusal, action, arguments)), IsNobody: refusal.Reason == DenyReason.IdentityUnverifiable);
}
