using Obstat.Enforcement;
using Obstat.Gateway.JsonRpc;
using Obstat.Gateway.Methods;
using Obstat.Gateway.Upstreams;
using Obstat.Proof.Json;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;

namespace Obstat.Gateway.Sessions;

// What a server wants of the agent's side. Each question is an execution of its own, whose principal is the server, on behalf of the execution that it belongs to.
internal sealed partial class Session
{
    private static ServerReply NotKnown => new(null, RpcWriter.ErrorObject(RpcCodes.MethodNotFound, "Method not found", null));

    private static ServerReply NotPermitted => new(null, RpcWriter.ErrorObject(RpcCodes.Refused, "refused", null));

    /// <summary>A question that came as a request (2025-11-25): decided, put to the client, answered with what the client says.</summary>
    private async Task<ServerReply> AskedAsync(ServerRequest request, CancellationToken cancellation)
    {
        var entry = request.Request is { } ours ? _inFlight.Find(ours) : _inFlight.Only();
        if (Connected is not { } connected || !connected.Asks.Contains(Capabilities.Needed(request.Method.Name)) || !IsForm(request.Method.Name, request.Parameters))
        {
            return NotKnown;
        }

        if (entry is not { Caller: { } caller, Admission: { } running } || Question(connected, request.Method.Name, request.Parameters) is not { } action)
        {
            // Nothing runs that it could belong to.
            return NotPermitted;
        }

        var ruling = await _parts.Door.AskAsync(caller with { Parent = running.Execution }, action, cancellation);
        return await ruling.Match(admission => PutAsync(connected, admission, request, entry, cancellation), static _ => Task.FromResult(NotPermitted));
    }

    private async Task<ServerReply> PutAsync(Connected connected, Admission admission, ServerRequest request, InFlight.Entry entry, CancellationToken cancellation)
    {
        var none = new UpstreamAnswer(null, null, null, null, 0, 0);
        if (Connected.HolderOf(admission) != connected.Holder)
        {
            _parts.Close(admission, none with { Broken = DenyReason.PermitMismatch });
            return NotPermitted;
        }

        using var cut = _parts.Cut(admission, cancellation, entry.Cancelled.Token);
        DateTimeOffset? started = null;
        var (id, answer) = _questions.Begin();
        try
        {
            admission.Begin();
            started = _parts.Clock.GetUtcNow();
            var asked = request.Parameters.Without("_meta");
            var message = RpcWriter.Request(id, request.Method.Name, asked.Members.IsEmpty ? null : asked);
            await entry.TellAsync(message);
            var said = await answer.WaitAsync(cut.Token);
            admission.Step();
            _parts.Close(admission, none with { Started = started, BytesOut = message.Length }, said.Kind == RpcKind.Result ? EndResult.Succeeded : EndResult.Failed);
            return said.Kind == RpcKind.Result ? new ServerReply(said.Body, null) : new ServerReply(null, said.Body);
        }
        catch (Stopped stop)
        {
            _parts.Close(admission, none with { Broken = stop.Reason, Started = started }, started is null ? EndResult.Refused : EndResult.Withheld);
            return NotPermitted;
        }
        catch (OperationCanceledException)
        {
            _parts.Close(admission, none with { Broken = DenyReason.Late, Started = started }, EndResult.Unknown);
            return NotPermitted;
        }
        finally
        {
            _questions.End(id);
        }
    }

    /// <summary>A result of revision 2026-07-28: questions in it are decided one by one, and one that is refused refuses all of it. A kind of result that is not known goes no further.</summary>
    private async Task<UpstreamAnswer> ExamineAsync(
        Connected connected, UpstreamAnswer answer, McpRequest request, Caller caller, Admission admission, string? first, CancellationToken cancellation)
    {
        var result = answer.Result!;
        switch (result["resultType"]?.AsString)
        {
            case ResultTypes.Complete:
            case null when result["resultType"] is null:
                return answer;
            case ResultTypes.InputRequired when request.Subject is not null:
                break;
            default:
                return Withheld(answer, DenyReason.UnknownAction);
        }

        var (questions, state) = (result["inputRequests"], result["requestState"]);
        if (questions is { Kind: not JsonKind.Object } || (state is not null && state.AsString is not { Length: <= CanonicalAction.StateLengthMax }) || (questions is null && state is null)
            || result.Members.Any(m => m.Name is not ("resultType" or "inputRequests" or "requestState" or "_meta")))
        {
            return Withheld(answer, DenyReason.Malformed);
        }

        var client = connected.ClientCapabilities(request.Meta.Capabilities);
        var released = new List<(string, JsonValue)>();
        foreach (var question in questions?.Members ?? [])
        {
            if (question.Value.Kind != JsonKind.Object || question.Value.Members.Any(m => m.Name is not ("method" or "params")))
            {
                return Withheld(answer, DenyReason.Malformed);
            }

            var (method, parameters) = (question.Value["method"]?.AsString ?? "", question.Value["params"] ?? JsonValue.EmptyObject);
            if (client[Capabilities.Needed(method)] is null || !IsForm(method, parameters) || Question(connected, method, parameters) is not { } action)
            {
                return Withheld(answer, DenyReason.UnknownAction);
            }

            var ruling = await _parts.Door.AskAsync(caller with { Parent = admission.Execution }, action, cancellation);
            if (ruling.Match(leave => Release(connected, leave), static refusal => refusal.Reason) is { } reason)
            {
                return Withheld(answer, reason);
            }

            released.Add((question.Name, question.Value["params"] is null ? question.Value : question.Value.With("params", parameters.Without("_meta"))));
        }

        _states.Give(request.Method.Name, Wanted(request), StateOf(state?.AsString), first ?? admission.Execution);
        return questions is null ? answer : answer with { Result = result.With("inputRequests", JsonValue.Object([.. released])) };
    }

    /// <summary>Lets one question go to the client; null, or why not.</summary>
    private DenyReason? Release(Connected connected, Admission leave)
    {
        var none = new UpstreamAnswer(null, null, null, null, 0, 0);
        try
        {
            if (Connected.HolderOf(leave) != connected.Holder)
            {
                _parts.Close(leave, none with { Broken = DenyReason.PermitMismatch });
                return DenyReason.PermitMismatch;
            }

            leave.Begin();
            _parts.Close(leave, none with { Started = _parts.Clock.GetUtcNow() }, EndResult.Succeeded);
            return null;
        }
        catch (Stopped stop)
        {
            _parts.Close(leave, none with { Broken = stop.Reason });
            return stop.Reason;
        }
    }

    private CanonicalAction? Question(Connected connected, string method, JsonValue parameters)
        => MethodTable.Find(method, Direction.ServerToClient, false, Revision.R20251125) is { Gate: Gate.Asks } && parameters.Kind == JsonKind.Object
            ? Action(connected.Revision, method, parameters.Without("_meta"), null) : null;

    // A page that a server names would be opened by a person in good faith: only forms go through, whose schema and text the host shows.
    private static bool IsForm(string method, JsonValue parameters) => method != "elicitation/create" || parameters["mode"] is null || parameters["mode"]?.AsString == "form";
}
