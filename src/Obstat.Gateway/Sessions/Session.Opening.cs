using System.Collections.Immutable;
using Obstat.Enforcement;
using Obstat.Gateway.Denials;
using Obstat.Gateway.JsonRpc;
using Obstat.Gateway.Methods;
using Obstat.Gateway.Upstreams;
using Obstat.Proof.Json;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;

namespace Obstat.Gateway.Sessions;

internal sealed partial class Session
{
    /// <summary>What an upstream is told first (2025-11-25): our revision, what the client's side can do, and nothing of what a client says of itself.</summary>
    /// <param name="capabilities">See <see cref="Capabilities.OfClient"/>.</param>
    public static JsonValue Hello(JsonValue capabilities) => JsonValue.Object(("protocolVersion", JsonValue.Of(Revision.R20251125.ToWire())), ("capabilities", capabilities), ("clientInfo", SessionParts.ClientInfo));

    /// <summary>The action of a connection, by which a caller proves who it is.</summary>
    /// <param name="server">Registered name of the server.</param>
    /// <param name="revision">What is spoken.</param>
    public static CanonicalAction Connecting(string server, Revision revision)
    {
        var call = revision == Revision.R20260728 ? new McpCall(revision.ToWire(), server, "server/discover", null, null, null)
            : new McpCall(revision.ToWire(), server, "initialize", Hello(JsonValue.EmptyObject), null, null);
        return CanonicalAction.TryMake(call, out var action, out var refusal) ? action : throw new InvalidOperationException(refusal.ToString());
    }

    /// <summary>Opens the upstream of revision 2026-07-28, or asks it again what it can do.</summary>
    /// <param name="admission">Leave to connect.</param>
    /// <param name="asks">What the plane gave with it: what the server may ask.</param>
    /// <param name="id">The client's id.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<Reply> DiscoverAsync(Admission admission, ImmutableArray<string> asks, JsonValue id, CancellationToken cancellation)
    {
        await _opening.WaitAsync(cancellation);
        try
        {
            return await DiscoverInTurnAsync(admission, asks, id, cancellation);
        }
        finally
        {
            _ = _opening.Release();
        }
    }

    private async Task<Reply> DiscoverAsync(McpRequest request, InFlight.Entry entry, Caller caller, CancellationToken cancellation)
    {
        var ruling = await _parts.Door.AskAsync(caller, Connecting(_parts.Server, Revision.R20260728), cancellation);
        return await ruling.Match(
            admission => Connected is { } connected && IsForeign(connected, admission, request, entry) is { } foreign ? Task.FromResult(foreign) : DiscoverAsync(admission, ruling.Visible, entry.Id, cancellation),
            refusal => Task.FromResult(Reply.Refused(entry.Id, refusal, request.Method.Name, null)));
    }

    /// <summary>Opens the connection for a client that did not ask for it: revision 2026-07-28 has no first message. Null when it is open; else the answer to what the client wanted.</summary>
    private async Task<Reply?> OpenAsync(InFlight.Entry entry, Caller caller, CancellationToken cancellation)
    {
        await _opening.WaitAsync(cancellation);
        try
        {
            if (IsOpen)
            {
                return null;
            }

            var ruling = await _parts.Door.AskAsync(caller, Connecting(_parts.Server, Revision.R20260728), cancellation);
            var reply = await ruling.Match(
                admission => DiscoverInTurnAsync(admission, ruling.Visible, entry.Id, cancellation),
                refusal => Task.FromResult(Reply.Refused(entry.Id, refusal, "server/discover", null)));
            return IsOpen ? null : reply;
        }
        finally
        {
            _ = _opening.Release();
        }
    }

    private async Task<Reply> DiscoverInTurnAsync(Admission admission, ImmutableArray<string> asks, JsonValue id, CancellationToken cancellation)
    {
        var isFirst = !IsOpen;
        if (isFirst)
        {
            await RenewAsync();
        }

        // What is opened outlives the permit: the connection must begin within it, and the server has its own time to come up.
        using var cut = SessionParts.CutOpening(cancellation);
        var request = new Outgoing(_inFlight.Next(), "server/discover", JsonValue.Object(("_meta", RequestMeta.None.Forwarded(null, Revision.R20260728, JsonValue.EmptyObject)!)));
        _wasOpened = true;
        var answer = await BeginAsync(admission, () => isFirst ? _upstream.OpenAsync(admission, request, Revision.R20260728, cut.Token) : _upstream.CallAsync(admission, request, cut.Token));
        var versions = answer.Result?["supportedVersions"]?.Items.Select(v => v.AsString).OfType<string>().Where(v => RevisionText.Parse(v) != Revision.None).ToImmutableArray() ?? [];
        var agreed = versions.Contains(Revision.R20260728.ToWire());
        _parts.Close(admission, answer, agreed ? EndResult.Succeeded : answer.Started is null ? EndResult.Refused : EndResult.Failed);
        if (!agreed)
        {
            if (isFirst)
            {
                await RenewAsync();
            }

            // A server that answers something else to this question speaks the older revision; whether it really does its first message shows.
            return answer.Started is not null && answer.Broken is null or DenyReason.Malformed ? Reply.Unsupported(id, [Revision.R20251125.ToWire()], Revision.R20260728.ToWire())
                : Reply.Refused(id, new Denial(answer.Broken ?? DenyReason.UnknownAction, admission.Entry, Hint: WhyClosed(answer)), "server/discover", null);
        }

        var result = answer.Result!;
        var capabilities = Capabilities.Through(result["capabilities"]);
        Volatile.Write(ref _connected, new Connected(admission, Revision.R20260728, capabilities, asks) { Versions = versions });
        var told = JsonValue.Object(("supportedVersions", JsonValue.Strings(versions)), ("capabilities", capabilities), ("resultType", JsonValue.Of(ResultTypes.Complete)));
        told = result["instructions"]?.AsString is { Length: <= SessionParts.InstructionsMax } text ? told.With("instructions", JsonValue.Of(text)) : told;
        return Reply.Result(id, UpstreamWords.Cached(UpstreamWords.OfServer(told, result), result)) with { IsStream = answer.IsStream };
    }

    private async Task<Reply> ConnectAsync(McpRequest request, InFlight.Entry entry, Caller caller, CancellationToken cancellation)
    {
        await _opening.WaitAsync(cancellation);
        try
        {
            var client = Capabilities.OfClient(request.Parameters["capabilities"]);
            if (Connected is not null)
            {
                return Reply.Error(entry.Id, RpcCodes.InvalidRequest, "expected initialize once");
            }

            if (Action(Revision.R20251125, request.Method.Name, Hello(client), null) is not { } action)
            {
                return Reply.Error(entry.Id, RpcCodes.InvalidParams, "expected params of initialize");
            }

            var ruling = await _parts.Door.AskAsync(caller, action, cancellation);
            return await ruling.Match(
                admission => OpenAsync(admission, [.. client.Members.Select(m => m.Name).Intersect(ruling.Visible, StringComparer.Ordinal)], entry, cancellation),
                refusal => Task.FromResult(Reply.Refused(entry.Id, refusal, request.Method.Name, null)));
        }
        finally
        {
            _ = _opening.Release();
        }
    }

    private async Task<Reply> OpenAsync(Admission admission, ImmutableArray<string> asks, InFlight.Entry entry, CancellationToken cancellation)
    {
        await RenewAsync();

        // Of what was decided on, only what some policy lets the server use is said.
        using var cut = SessionParts.CutOpening(cancellation);
        var capabilities = JsonValue.Object([.. asks.Select(name => (name, JsonValue.EmptyObject))]);
        _wasOpened = true;
        var answer = await BeginAsync(admission, () => _upstream.OpenAsync(admission, new Outgoing(entry.Ours, "initialize", Hello(capabilities)), Revision.R20251125, cut.Token));
        var agreed = RevisionText.Parse(answer.Result?["protocolVersion"]?.AsString) == Revision.R20251125;
        _parts.Close(admission, answer, agreed ? EndResult.Succeeded : answer.Started is null ? EndResult.Refused : EndResult.Failed);
        if (!agreed)
        {
            await RenewAsync();
            return Reply.Refused(entry.Id, new Denial(answer.Broken ?? DenyReason.UnknownAction, admission.Entry, Hint: WhyClosed(answer)), "initialize", null);
        }

        var result = answer.Result!;
        var connected = new Connected(admission, Revision.R20251125, Capabilities.Through(result["capabilities"]), asks);
        await _upstream.TellAsync(connected, "notifications/initialized", null, cancellation);
        Volatile.Write(ref _connected, connected);
        var told = JsonValue.Object(("protocolVersion", JsonValue.Of(Revision.R20251125.ToWire())), ("capabilities", connected.Capabilities), ("serverInfo", result["serverInfo"] ?? JsonValue.EmptyObject));
        return Reply.Result(entry.Id, result["instructions"]?.AsString is { Length: <= SessionParts.InstructionsMax } text ? told.With("instructions", JsonValue.Of(text)) : told);
    }

    private static string WhyClosed(UpstreamAnswer answer) => (answer.Broken, answer.Result) switch
    {
        (DenyReason.AttestationBroken, _) => "The program of the server is not what was approved: it was not started.",
        (_, null) => "The server did not start or did not answer.",
        _ => "The server speaks another revision of MCP.",
    };

    /// <summary>Another upstream in the place of one that was opened and is of no use.</summary>
    private async Task RenewAsync()
    {
        if (!_wasOpened)
        {
            return;
        }

        var old = _upstream;
        (_upstream, _wasOpened) = (Made(), false);
        _tools.Forget();
        await old.DisposeAsync();
    }
}
