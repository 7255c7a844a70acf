using System.Text;
using Obstat.Enforcement;
using Obstat.Gateway.Denials;
using Obstat.Gateway.Doors;
using Obstat.Gateway.JsonRpc;
using Obstat.Gateway.Methods;
using Obstat.Gateway.Upstreams;
using Obstat.Proof;
using Obstat.Proof.Json;
using Obstat.Proof.Leases;
using Obstat.Proof.Reasons;

namespace Obstat.Gateway.Sessions;

internal sealed partial class Session
{
    private async Task<Reply> RideAsync(Connected connected, McpRequest request, InFlight.Entry entry, CancellationToken cancellation)
    {
        using var cut = SessionParts.CutRide(cancellation);
        var answer = await _upstream.RideAsync(connected, new Outgoing(entry.Ours, request.Method.Name, request.Forwarded(null, JsonValue.EmptyObject)), cut.Token);
        return Answered(answer, request, entry, null);
    }

    private async Task<Reply> ListAsync(Connected connected, McpRequest request, InFlight.Entry entry, Caller caller, CancellationToken cancellation)
    {
        if (request.Parameters["cursor"] is not null)
        {
            return Reply.Error(entry.Id, RpcCodes.InvalidParams, "expected no cursor: every list is one page");
        }

        if (Action(connected.Revision, request.Method.Name, request.Decided, null) is not { } action)
        {
            return Reply.Error(entry.Id, RpcCodes.InvalidParams, $"expected params of {request.Method.Name}");
        }

        var ruling = await _parts.Door.AskAsync(caller, action, cancellation);
        return await ruling.Match(
            admission => IsForeign(connected, admission, request, entry) is { } foreign ? Task.FromResult(foreign) : ListAsync(connected, admission, ruling, request, entry, cancellation),
            refusal => Task.FromResult(Reply.Refused(entry.Id, refusal, request.Method.Name, null)));
    }

    private async Task<Reply> ListAsync(Connected connected, Admission admission, Ruling ruling, McpRequest request, InFlight.Entry entry, CancellationToken cancellation)
    {
        using var cut = _parts.Cut(admission, cancellation);
        List<JsonValue>? items = null;
        JsonValue? last = null;
        var method = request.Method.Name;
        var answer = await EffectAsync(admission, async () =>
        {
            (var end, items) = await _tools.PagesAsync(connected.Revision, outgoing => _upstream.CallAsync(admission, outgoing, cut.Token), method);
            last = end.Result;
            return end;
        });

        // A result that is no list is nothing that may be passed on: it could hold questions that nobody decided.
        answer = items is null && answer.Result is not null ? Withheld(answer, DenyReason.Malformed) : answer;
        _parts.Close(admission, answer);
        if (items is null || answer.Broken is not null)
        {
            return Answered(answer, request, entry, admission);
        }

        Remember(ruling);
        var shown = method == "tools/list" ? _tools.Take(items).Shown(ruling.Visible, _parts.Pins.Of(_parts.Server))
            : ruling.Visible.Contains("*") ? JsonValue.Array(items)
            : JsonValue.EmptyArray;
        var result = JsonValue.Object((Tools.MemberOf(method), shown));
        result = connected.Revision == Revision.R20260728
            ? UpstreamWords.Cached(UpstreamWords.OfServer(result.With("resultType", JsonValue.Of(ResultTypes.Complete)), last!), last!) : result;
        return Reply.Result(entry.Id, result) with { IsStream = answer.IsStream };
    }

    private async Task<Reply> CallAsync(Connected connected, McpRequest request, InFlight.Entry entry, Caller caller, Exchange exchange, CancellationToken cancellation)
    {
        var isTool = request.Method.Name == "tools/call";
        var listing = isTool ? await _tools.NowAsync(connected, cancellation) : null;
        var hash = isTool ? listing?.HashOf(request.Name!) : null;
        var headers = hash is not null && connected.Revision == Revision.R20260728 ? listing!.HeadersOf(request.Name!) : null;
        if (headers is not null && exchange.Headers is { } sent && !headers.Agree(sent, request.Parameters["arguments"]))
        {
            if (IsPinned(request.Name!, hash!.Value))
            {
                _parts.Door.CountRefused(DenyReason.Malformed, request.Parameters.ToCanonicalBytes());
                return await MayKnowAsync(request.Name!, connected, caller, cancellation)
                    ? Reply.Error(entry.Id, RpcCodes.HeaderMismatch, $"expected headers {ParameterHeaders.Prefix}* that say what the arguments say")
                    : Reply.Error(entry.Id, DenialText.UnknownTool);
            }

            // Headers by another schema than the approved one: the plane says what that is.
            headers = null;
        }

        if (!TryContinue(request, ref caller, out var first))
        {
            _parts.Door.CountRefused(DenyReason.Malformed, request.Parameters.ToCanonicalBytes());
            return Reply.Error(entry.Id, RpcCodes.InvalidParams, "expected a requestState that this server gave for this, once");
        }

        // A tool whose schema asks for improper headers cannot be sent as revision 2026-07-28 has it: it is not the tool that anybody approved.
        hash = connected.Revision == Revision.R20260728 && headers is null ? null : hash;
        if (Action(connected.Revision, request.Method.Name, request.Decided, hash) is not { } action)
        {
            return Reply.Error(entry.Id, RpcCodes.InvalidParams, $"expected params of {request.Method.Name}");
        }

        var outgoing = new Outgoing(entry.Ours, request.Method.Name, request.Forwarded(request.Meta.ProgressToken is null ? null : entry.Ours, connected.ClientCapabilities(request.Meta.Capabilities)))
        { Headers = headers?.Made(request.Parameters["arguments"]) ?? [] };
        // A client that wants to hear of the way is told a stream, which may be long: it goes on for as long as its lease does.
        caller = caller with { Lease = request.Meta.ProgressToken is null ? LeaseClass.None : LeaseClass.Stream };
        var ruling = await _parts.Door.AskAsync(caller, action, cancellation);
        return await ruling.Match(
            admission =>
            {
                Remember(ruling);
                return IsForeign(connected, admission, request, entry) is { } foreign ? Task.FromResult(foreign) : PerformAsync(connected, admission, request, outgoing, entry, caller, first, cancellation);
            },
            refusal => Task.FromResult((
                !isTool ? Reply.Refused(entry.Id, refusal, request.Method.Name, request.Parameters)
                : MayKnow(request.Name!, ruling, refusal) ? RefusedCall(refusal, request, entry)
                : Reply.Error(entry.Id, DenialText.UnknownTool)) with { IsNobody = refusal.Reason == DenyReason.IdentityUnverifiable }));
    }

    /// <summary>Whether this is the definition that was approved.</summary>
    private bool IsPinned(string tool, Digest hash) => _parts.Pins.Of(_parts.Server).TryGetValue(tool, out var pin) && pin == hash;

    /// <summary>Whether a tool may be told of to this caller before anything is decided about it. Who may not know of it is answered as if there were none.</summary>
    private async Task<bool> MayKnowAsync(string tool, Connected connected, Caller caller, CancellationToken cancellation)
    {
        if (!_known.ContainsKey(tool) && Action(connected.Revision, "tools/list", null, null) is { } action)
        {
            var ruling = await _parts.Door.AskAsync(caller, action, cancellation);
            Remember(ruling);
            if (ruling.Match(static leave => leave, static _ => (Admission?)null) is { } unused)
            {
                _parts.Close(unused, new UpstreamAnswer(null, null, null, null, 0, 0));
            }
        }

        return _known.ContainsKey(tool);
    }

    /// <summary>
    /// A request that comes again with answers: its state must be one that this upstream gave for exactly it, once, and it belongs to the execution that was first. Answers to
    /// questions that came without a state need none.
    /// </summary>
    private bool TryContinue(McpRequest request, ref Caller caller, out string? first)
    {
        first = null;
        var (state, answers) = (request.Parameters["requestState"]?.AsString, request.Parameters["inputResponses"]);
        if (state is null && answers is null)
        {
            return true;
        }

        first = _states.Take(request.Method.Name, Wanted(request), StateOf(state));
        caller = caller with { Parent = first };
        return first is not null || state is null;
    }

    /// <summary>What a request asks for, without what it brings back.</summary>
    private static Digest Wanted(McpRequest request) => Digest.Of(request.Parameters.Without("inputResponses").Without("requestState").ToCanonicalBytes());

    private static Digest? StateOf(string? state) => state is null ? null : Digest.Of(Encoding.UTF8.GetBytes(state));

    /// <summary>
    /// Whether the refusal of a tool may be told by its code: the caller may know of the tool, or knew of it earlier in this session; or nothing was decided, and
    /// then every name, invented or not, is answered alike.
    /// </summary>
    private bool MayKnow(string tool, Ruling ruling, Denial refusal)
    {
        Remember(ruling);
        return _known.ContainsKey(tool) || refusal.Entry is null;
    }

    private void Remember(Ruling ruling)
    {
        foreach (var name in ruling.Visible)
        {
            _ = _known.Count < Listing.ToolsMax && _known.TryAdd(name, true);
        }
    }

    private async Task<Reply> PerformAsync(
        Connected connected, Admission admission, McpRequest request, Outgoing outgoing, InFlight.Entry entry, Caller caller, string? first, CancellationToken cancellation)
    {
        (entry.Caller, entry.Admission) = (caller, admission);
        var cut = admission.Lease is null ? _parts.Cut(admission, cancellation, entry.Cancelled.Token) : CancellationTokenSource.CreateLinkedTokenSource(cancellation, entry.Cancelled.Token);
        var running = RunAsync(connected, admission, request, outgoing, entry, caller, first, cut);
        if (admission.Lease is not { } lease || await IsFirstAsync(running, lease.Stopping))
        {
            return await running;
        }

        // The agent's side ends now. The server's is cut behind it, whatever that takes; it only SHOULD stop, so what was sent may have run.
        _parts.Door.Stop(admission);
        _parts.Aftermath.Add(cut, running);
        return Ended(new UpstreamAnswer(null, null, lease.Reason, _parts.Clock.GetUtcNow(), 0, 0), request, entry, admission);
    }

    private async Task<Reply> RunAsync(
        Connected connected, Admission admission, McpRequest request, Outgoing outgoing, InFlight.Entry entry, Caller caller, string? first, CancellationTokenSource cut)
    {
        using var ends = cut;
        var answer = await EffectAsync(admission, async () =>
        {
            var came = await _upstream.CallAsync(admission, outgoing, cut.Token);
            return came.Result is not null && connected.Revision == Revision.R20260728 ? await ExamineAsync(connected, came, request, caller, admission, first, cut.Token) : came;
        });
        _parts.Close(admission, answer);
        if ((answer.Broken == DenyReason.Late || admission.Lease?.Stop is not null) && answer.Started is not null && !entry.Cancelled.IsCancellationRequested)
        {
            _ = TellCancelledAsync(connected, entry.Ours);
        }

        if (answer.Result is not null && request.Method.Gate == Gate.Watch)
        {
            _tellings.Watch(request.Parameters["uri"]!.AsString!, request.Method.Name == "resources/subscribe");
        }

        return Ended(answer, request, entry, admission);
    }

    /// <summary>True when the execution ended by itself, false when it was stopped before.</summary>
    private static async Task<bool> IsFirstAsync(Task running, CancellationToken stopping)
    {
        if (!running.IsCompleted)
        {
            var stopped = new TaskCompletionSource();
            var registration = stopping.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), stopped);
            _ = await Task.WhenAny(running, stopped.Task);
            _ = registration.Unregister();
        }

        return running.IsCompleted;
    }

    /// <summary>Who was silent too long says nothing more; what was ordered to stop is told why. Whoever cancelled it is told nothing.</summary>
    private static Reply Ended(UpstreamAnswer answer, McpRequest request, InFlight.Entry entry, Admission admission) => entry.Cancelled.IsCancellationRequested ? Reply.None
        : Answered(answer, request, entry, admission) with { IsCut = admission.Lease?.Stop is { Cause: not ("order" or "beat") } };

    /// <summary>Its time is over here; the server is told, which nobody waits for.</summary>
    private async Task TellCancelledAsync(Connected connected, long ours)
    {
        try
        {
            await _upstream.TellAsync(connected, "notifications/cancelled", JsonValue.Object(("requestId", JsonValue.Of(ours))), CancellationToken.None);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // A courtesy to a server that is gone.
        }
    }

    /// <summary>A permit for somebody else than the one for whom the connection was opened runs nothing: one upstream connection never serves two.</summary>
    private Reply? IsForeign(Connected connected, Admission admission, McpRequest request, InFlight.Entry entry)
    {
        if (Connected.HolderOf(admission) == connected.Holder)
        {
            return null;
        }

        _parts.Close(admission, new UpstreamAnswer(null, null, DenyReason.PermitMismatch, null, 0, 0));
        return Reply.Refused(entry.Id, new Denial(DenyReason.PermitMismatch, admission.Entry), request.Method.Name, null);
    }

    /// <summary>Begins an execution, once.</summary>
    private static async Task<UpstreamAnswer> BeginAsync(Admission admission, Func<Task<UpstreamAnswer>> effect)
    {
        try
        {
            admission.Begin();
            return await effect();
        }
        catch (Stopped stop)
        {
            return new UpstreamAnswer(null, null, stop.Reason, null, 0, 0);
        }
    }

    /// <summary>Begins the execution, once, and asks again before its answer is released: what was stopped in between is withheld.</summary>
    private static async Task<UpstreamAnswer> EffectAsync(Admission admission, Func<Task<UpstreamAnswer>> effect)
    {
        var answer = await BeginAsync(admission, effect);
        try
        {
            admission.Step();
            return answer;
        }
        catch (Stopped stop)
        {
            return Withheld(answer, stop.Reason);
        }
    }

    private static UpstreamAnswer Withheld(UpstreamAnswer answer, DenyReason reason)
        => answer with { Result = null, Error = null, Broken = answer.Broken is null or DenyReason.Late ? reason : answer.Broken, IsWithheld = answer.Result is not null || answer.Error is not null };

    private static Reply RefusedCall(Denial refusal, McpRequest request, InFlight.Entry entry)
    {
        var result = DenialText.Result(refusal, request.Name!, request.Parameters["arguments"]);
        return Reply.Result(entry.Id, request.Revision == Revision.R20260728 ? result.With("resultType", JsonValue.Of(ResultTypes.Complete)) : result);
    }

    private static Reply Answered(UpstreamAnswer answer, McpRequest request, InFlight.Entry entry, Admission? admission)
    {
        if (answer.Result is { } result)
        {
            return Reply.Result(entry.Id, UpstreamWords.Result(result, request.Revision)) with { IsStream = answer.IsStream };
        }

        if (answer.Error is { } error)
        {
            // The later revision says some errors by the status too, which a stream that began cannot.
            var status = request.Revision == Revision.R20260728 ? UpstreamWords.Status(error) : 200;
            return Reply.Error(entry.Id, UpstreamWords.Error(error)) with { IsStream = answer.IsStream && status == 200, Status = status };
        }

        var refusal = new Denial(answer.Broken ?? DenyReason.Fault, admission?.Entry, MayHaveRun: answer.Started is not null, Hint: "The server gave no answer that can be passed on.");
        return request.Method.Name == "tools/call" ? RefusedCall(refusal, request, entry) : Reply.Refused(entry.Id, refusal, request.Method.Name, null);
    }
}
