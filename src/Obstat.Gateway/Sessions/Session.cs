using System.Collections.Concurrent;
using Obstat.Enforcement;
using Obstat.Gateway.Denials;
using Obstat.Gateway.Doors;
using Obstat.Gateway.JsonRpc;
using Obstat.Gateway.Methods;
using Obstat.Gateway.Upstreams;
using Obstat.Proof;
using Obstat.Proof.Json;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;

namespace Obstat.Gateway.Sessions;

/// <summary>
/// One client connection and its own upstream connection. The way of a message:
///   1 understand  2 ask  3 forward what was decided on  4 answer  5 close the evidence
/// Nothing reaches the upstream but with an <see cref="Admission"/> of step 2, or over the connection that one opened. Safe for concurrent messages.
/// </summary>
internal sealed class Session : IAsyncDisposable
{
    private readonly SessionParts _parts;
    private readonly IUpstream _upstream;
    private readonly InFlight _inFlight = new();
    private readonly Tools _tools;
    private readonly ConcurrentDictionary<string, bool> _known = new(StringComparer.Ordinal);
    private readonly Tellings _tellings;
    private Connected? _connected;
    private int _opened;

    /// <summary>Makes a session. Nothing is started before the first permitted <c>initialize</c>.</summary>
    /// <param name="parts">The door, the server's name and what else all sessions of this server share.</param>
    /// <param name="upstream">The session's own, unopened upstream.</param>
    /// <param name="tell">Where messages go that belong to no request.</param>
    public Session(SessionParts parts, IUpstream upstream, Func<byte[], ValueTask> tell)
    {
        (_parts, _upstream) = (parts, upstream);
        _tools = new Tools(parts, upstream, _inFlight);
        _tellings = new Tellings(() => Connected, _tools, _inFlight, tell);
        upstream.Told = _tellings.TakeAsync;
    }

    /// <summary>What an upstream is told first: our revision, no capability that would let it ask an agent, and nothing of what a client says of itself.</summary>
    public static JsonValue Hello { get; } = JsonValue.Object(("protocolVersion", JsonValue.Of(Revision.R20251125.ToWire())), ("capabilities", Capabilities.OfClient), ("clientInfo", SessionParts.ClientInfo));

    /// <summary>The permitted connection; null before one is.</summary>
    public Connected? Connected => Volatile.Read(ref _connected);

    /// <summary>Takes one message of the client.</summary>
    /// <param name="bytes">A whole line or body.</param>
    /// <param name="caller">Who says he asks.</param>
    /// <param name="tell">Where messages about this request go before its answer.</param>
    /// <param name="cancellation">Falls when the client's side of the connection is gone for good.</param>
    public async Task<Reply> AnswerAsync(ReadOnlyMemory<byte> bytes, Caller caller, Func<byte[], ValueTask> tell, CancellationToken cancellation)
    {
        if (!RpcMessage.TryParse(bytes.Span, out var message, out var fault))
        {
            return Refuse(DenyReason.Malformed, fault, bytes);
        }

        if (message.Kind is not (RpcKind.Request or RpcKind.Notification))
        {
            // No request of a server goes through this door, so no answer of a client answers anything.
            return Refuse(DenyReason.Malformed, new RpcFault(RpcCodes.InvalidRequest, "expected a request, got an answer to nothing that was asked", null), bytes);
        }

        if (!McpRequest.TryRead(message, Connected?.Revision ?? Revision.R20251125, out var request, out fault))
        {
            return Refuse(fault.Code == RpcCodes.MethodNotFound ? DenyReason.UnknownAction : DenyReason.Malformed, fault, bytes);
        }

        if (request.Id is not { } id)
        {
            return await NoteAsync(request, bytes, cancellation);
        }

        using var entry = _inFlight.Begin(id, request.ProgressToken, tell, out var full);
        return entry is not null ? await WayAsync(request, entry, caller, cancellation)
            : full ? Shed(request, id, bytes)
            : Refuse(DenyReason.Malformed, new RpcFault(RpcCodes.InvalidRequest, "expected an id that is not in use", null), bytes);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _upstream.DisposeAsync();

    private async Task<Reply> WayAsync(McpRequest request, InFlight.Entry entry, Caller caller, CancellationToken cancellation)
    {
        try
        {
            return (request.Method.Gate, Connected) switch
            {
                (Gate.Here, _) => Reply.Result(entry.Id, JsonValue.EmptyObject),
                (Gate.Connect, _) => await ConnectAsync(request, entry, caller, cancellation),
                (_, null) => Reply.Error(entry.Id, RpcCodes.InvalidRequest, "expected initialize first"),
                (Gate.Rides, { } connected) when !Capabilities.Have(connected.Capabilities, request.Method.Name) => Reply.Error(entry.Id, RpcCodes.MethodNotFound, "Method not found"),
                (Gate.Rides, { } connected) => await RideAsync(connected, request, entry, cancellation),
                (Gate.List, { } connected) => await ListAsync(connected, request, entry, caller, cancellation),
                (Gate.Call or Gate.Watch, { } connected) => await CallAsync(connected, request, entry, caller, cancellation),
                _ => Reply.Error(entry.Id, RpcCodes.MethodNotFound, "Method not found"),
            };
        }
#pragma warning disable CA1031 // The catch-all of this process: what nobody foresaw is a refusal, and it never claims that nothing ran.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _parts.Unforeseen(e);
            return Reply.Refused(entry.Id, new Denial(DenyReason.Fault, MayHaveRun: true), request.Method.Name, null);
        }
    }

    private async Task<Reply> ConnectAsync(McpRequest request, InFlight.Entry entry, Caller caller, CancellationToken cancellation)
    {
        if (Interlocked.Exchange(ref _opened, 1) != 0)
        {
            return Reply.Error(entry.Id, RpcCodes.InvalidRequest, "expected initialize once");
        }

        if (Action(Revision.R20251125, request, Hello, null) is not { } action)
        {
            return Reply.Error(entry.Id, RpcCodes.InvalidParams, "expected params of initialize");
        }

        var ruling = await _parts.Door.AskAsync(caller, action, cancellation);
        return await ruling.Match(
            admission => OpenAsync(admission, entry, cancellation),
            refusal =>
            {
                Volatile.Write(ref _opened, 0);
                return Task.FromResult(Reply.Refused(entry.Id, refusal, request.Method.Name, null));
            });
    }

    private async Task<Reply> OpenAsync(Admission admission, InFlight.Entry entry, CancellationToken cancellation)
    {
        // What is opened outlives the permit: the connection must begin within it, and the server has its own time to come up.
        using var cut = SessionParts.CutOpening(cancellation);
        var answer = await BeginAsync(admission, () => _upstream.OpenAsync(admission, entry.Ours, Hello, cut.Token));
        var agreed = RevisionText.Parse(answer.Result?["protocolVersion"]?.AsString) == Revision.R20251125;
        _parts.Close(admission, answer, agreed ? EndResult.Succeeded : answer.Started is null ? EndResult.Refused : EndResult.Failed);
        if (!agreed)
        {
            var hint = answer.Result is null ? "The server did not start or did not answer." : "The server speaks another revision of MCP.";
            return Reply.Refused(entry.Id, new Denial(answer.Broken ?? DenyReason.UnknownAction, admission.Entry, Hint: hint), "initialize", null);
        }

        var result = answer.Result!;
        var capabilities = Capabilities.Through(result["capabilities"]);
        var connected = new Connected(admission, Revision.R20251125, capabilities);
        await _upstream.TellAsync(connected, "notifications/initialized", null, cancellation);
        Volatile.Write(ref _connected, connected);
        var told = JsonValue.Object(("protocolVersion", JsonValue.Of(Revision.R20251125.ToWire())), ("capabilities", capabilities), ("serverInfo", result["serverInfo"] ?? JsonValue.EmptyObject));
        return Reply.Result(entry.Id, result["instructions"]?.AsString is { Length: <= SessionParts.InstructionsMax } text ? told.With("instructions", JsonValue.Of(text)) : told);
    }

    private async Task<Reply> RideAsync(Connected connected, McpRequest request, InFlight.Entry entry, CancellationToken cancellation)
    {
        using var cut = SessionParts.CutRide(cancellation);
        var answer = await _upstream.RideAsync(connected, entry.Ours, request.Method.Name, request.Forwarded(null), cut.Token);
        return Answered(answer, request, entry, null);
    }

    private async Task<Reply> ListAsync(Connected connected, McpRequest request, InFlight.Entry entry, Caller caller, CancellationToken cancellation)
    {
        if (request.Parameters["cursor"] is not null)
        {
            return Reply.Error(entry.Id, RpcCodes.InvalidParams, "expected no cursor: every list is one page");
        }

        if (Action(connected.Revision, request, request.Forwarded(null), null) is not { } action)
        {
            return Reply.Error(entry.Id, RpcCodes.InvalidParams, $"expected params of {request.Method.Name}");
        }

        var ruling = await _parts.Door.AskAsync(caller, action, cancellation);
        return await ruling.Match(
            admission => IsForeign(connected, admission, request, entry) is { } foreign ? Task.FromResult(foreign) : ListAsync(admission, ruling, request, entry, cancellation),
            refusal => Task.FromResult(Reply.Refused(entry.Id, refusal, request.Method.Name, null)));
    }

    private async Task<Reply> ListAsync(Admission admission, Ruling ruling, McpRequest request, InFlight.Entry entry, CancellationToken cancellation)
    {
        using var cut = _parts.Cut(admission, cancellation);
        List<JsonValue>? items = null;
        var answer = await EffectAsync(admission, async () =>
        {
            (var last, items) = await _tools.PagesAsync((id, parameters) => _upstream.CallAsync(admission, id, request.Method.Name, parameters, cut.Token), request.Method.Name);
            return last;
        });
        _parts.Close(admission, answer);
        if (items is null || answer.Broken is not null)
        {
            return Answered(answer, request, entry, admission);
        }

        Remember(ruling);
        var shown = request.Method.Name == "tools/list" ? _tools.Take(items).Shown(ruling.Visible, _parts.Pins.Of(_parts.Server))
            : ruling.Visible.Contains("*") ? JsonValue.Array(items)
            : JsonValue.EmptyArray;
        return Reply.Result(entry.Id, JsonValue.Object((Tools.MemberOf(request.Method.Name), shown))) with { IsStream = answer.IsStream };
    }

    private async Task<Reply> CallAsync(Connected connected, McpRequest request, InFlight.Entry entry, Caller caller, CancellationToken cancellation)
    {
        var isTool = request.Method.Name == "tools/call";
        var hash = isTool ? (await _tools.NowAsync(connected, cancellation))?.HashOf(request.Name!) : null;
        if (Action(connected.Revision, request, request.Forwarded(null), hash) is not { } action)
        {
            return Reply.Error(entry.Id, RpcCodes.InvalidParams, $"expected params of {request.Method.Name}");
        }

        var ruling = await _parts.Door.AskAsync(caller, action, cancellation);
        return await ruling.Match(
            admission =>
            {
                Remember(ruling);
                return IsForeign(connected, admission, request, entry) is { } foreign ? Task.FromResult(foreign) : PerformAsync(admission, request, entry, cancellation);
            },
            refusal => Task.FromResult((
                !isTool ? Reply.Refused(entry.Id, refusal, request.Method.Name, request.Parameters)
                : MayKnow(request.Name!, ruling, refusal) ? Reply.Result(entry.Id, DenialText.Result(refusal, request.Name!, request.Parameters["arguments"]))
                : Reply.Error(entry.Id, DenialText.UnknownTool)) with { IsNobody = refusal.Reason == DenyReason.IdentityUnverifiable }));
    }

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

    private async Task<Reply> PerformAsync(Admission admission, McpRequest request, InFlight.Entry entry, CancellationToken cancellation)
    {
        using var cut = _parts.Cut(admission, cancellation, entry.Cancelled.Token);
        var token = entry.ProgressToken is null ? (long?)null : entry.Ours;
        entry.Admission = admission;
        var answer = await EffectAsync(admission, () => _upstream.CallAsync(admission, entry.Ours, request.Method.Name, request.Forwarded(token), cut.Token));
        _parts.Close(admission, answer);
        if (answer.Result is not null && request.Method.Gate == Gate.Watch)
        {
            _tellings.Watch(request.Parameters["uri"]!.AsString!, request.Method.Name == "resources/subscribe");
        }

        return entry.Cancelled.IsCancellationRequested ? Reply.None : Answered(answer, request, entry, admission);
    }

    /// <summary>The action that is decided: it is made from exactly the params that are forwarded.</summary>
    private CanonicalAction? Action(Revision revision, McpRequest request, JsonValue? forwarded, Digest? toolHash)
        => CanonicalAction.TryMake(new McpCall(revision.ToWire(), _parts.Server, request.Method.Name, forwarded, toolHash, null), out var action, out _) ? action : null;

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
            var complete = answer.Result is not null || answer.Error is not null;
            return answer with { Result = null, Error = null, Broken = answer.Broken ?? stop.Reason, IsWithheld = complete };
        }
    }

    private static Reply Answered(UpstreamAnswer answer, McpRequest request, InFlight.Entry entry, Admission? admission)
    {
        if (answer.Result is { } result)
        {
            return Reply.Result(entry.Id, UpstreamWords.Result(result)) with { IsStream = answer.IsStream };
        }

        if (answer.Error is { } error)
        {
            return Reply.Error(entry.Id, UpstreamWords.Error(error)) with { IsStream = answer.IsStream };
        }

        var refusal = new Denial(answer.Broken ?? DenyReason.Fault, admission?.Entry, MayHaveRun: answer.Started is not null, Hint: "The server gave no answer that can be passed on.");
        return request.Method.Name == "tools/call" ? Reply.Result(entry.Id, DenialText.Result(refusal, request.Name!, request.Parameters["arguments"]))
            : Reply.Refused(entry.Id, refusal, request.Method.Name, null);
    }

    private async Task<Reply> NoteAsync(McpRequest request, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        if (request.Method.Gate == Gate.Own && Connected is { } connected && _inFlight.Find(request.Parameters["requestId"]!) is { } entry)
        {
            // First here: an answer that races with the cancellation is not given any more.
            await entry.Cancelled.CancelAsync();
            var parameters = JsonValue.Object(("requestId", JsonValue.Of(entry.Ours)));
            await _upstream.TellAsync(connected, request.Method.Name, request.Parameters["reason"]?.AsString is { Length: <= 1024 } reason ? parameters.With("reason", JsonValue.Of(reason)) : parameters, cancellation);
        }
        else if (request.Method.Gate is not Gate.Rides)
        {
            _parts.Door.CountRefused(DenyReason.UnknownAction, bytes.Span);
        }

        return Reply.None;
    }

    private Reply Refuse(DenyReason reason, RpcFault fault, ReadOnlyMemory<byte> bytes)
    {
        _parts.Door.CountRefused(reason, bytes.Span);
        return Reply.Error(fault.Id, fault.Code, fault.Text);
    }

    private Reply Shed(McpRequest request, JsonValue id, ReadOnlyMemory<byte> bytes)
    {
        _parts.Door.CountRefused(DenyReason.Late, bytes.Span);
        return Reply.Refused(id, new Denial(DenyReason.Late), request.Method.Name, null);
    }
}
