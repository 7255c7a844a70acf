using System.Collections.Concurrent;
using Obstat.Enforcement;
using Obstat.Gateway.Denials;
using Obstat.Gateway.JsonRpc;
using Obstat.Gateway.Methods;
using Obstat.Gateway.Upstreams;
using Obstat.Proof;
using Obstat.Proof.Json;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;

namespace Obstat.Gateway.Sessions;

/// <summary>
/// One client connection, or one principal's exchanges over HTTP of 2026-07-28, and its own upstream connection. The way of a message:
///   1 understand  2 ask  3 forward what was decided on  4 answer  5 close the evidence
/// Nothing reaches the upstream but with an <see cref="Admission"/> of step 2, or over the connection that one opened. Both sides speak one revision. Safe for concurrent messages.
/// </summary>
internal sealed partial class Session : IAsyncDisposable
{
    private readonly SessionParts _parts;
    private readonly Func<IUpstream> _make;
    private readonly Func<byte[], ValueTask> _tell;
    private readonly InFlight _inFlight = new();
    private readonly Tools _tools;
    private readonly ConcurrentDictionary<string, bool> _known = new(StringComparer.Ordinal);
    private readonly Tellings _tellings;
    private readonly OpenStates _states;
    private readonly Questions _questions = new();
    private readonly SemaphoreSlim _opening = new(1);
    private IUpstream _upstream;
    private Connected? _connected;
    private bool _wasOpened;

    /// <summary>Makes a session. Nothing is started before the first permitted connection.</summary>
    /// <param name="parts">The door, the server's name and what else all sessions of this server share.</param>
    /// <param name="upstream">Makes an unopened upstream of the session's own.</param>
    /// <param name="tell">Where messages go that belong to no request.</param>
    public Session(SessionParts parts, Func<IUpstream> upstream, Func<byte[], ValueTask> tell)
    {
        (_parts, _make, _tell, _states) = (parts, upstream, tell, new OpenStates(parts.Clock));
        _tools = new Tools(parts, () => _upstream!, _inFlight);
        _tellings = new Tellings(() => Connected, _tools, _inFlight, tell);
        _upstream = Made();
    }

    /// <summary>The permitted connection; null before one is.</summary>
    public Connected? Connected => Volatile.Read(ref _connected);

    /// <summary>Whether some request is not answered yet.</summary>
    public bool IsBusy => _inFlight.Count > 0;

    private bool IsOpen => Connected is not null && !_upstream.IsBroken;

    /// <summary>Takes one message of the client.</summary>
    /// <param name="bytes">A whole line or body.</param>
    /// <param name="caller">Who says he asks.</param>
    /// <param name="tell">Where messages about this request go before its answer.</param>
    /// <param name="cancellation">Falls when the client's side of the connection is gone for good.</param>
    public Task<Reply> AnswerAsync(ReadOnlyMemory<byte> bytes, Caller caller, Func<byte[], ValueTask> tell, CancellationToken cancellation)
        => RpcMessage.TryParse(bytes.Span, out var message, out var fault)
            ? AnswerAsync(message, bytes, caller, new Exchange(tell, null), cancellation)
            : Task.FromResult(Refuse(DenyReason.Malformed, fault, bytes));

    /// <summary>Takes one message that was read already.</summary>
    /// <param name="message">The message.</param>
    /// <param name="bytes">As it came.</param>
    /// <param name="caller">Who says he asks.</param>
    /// <param name="exchange">How it came.</param>
    /// <param name="cancellation">Falls when nobody waits for the answer any more.</param>
    public async Task<Reply> AnswerAsync(RpcMessage message, ReadOnlyMemory<byte> bytes, Caller caller, Exchange exchange, CancellationToken cancellation)
    {
        if (message.Kind is not (RpcKind.Request or RpcKind.Notification))
        {
            return _questions.TryAnswer(message) ? Reply.None
                : Refuse(DenyReason.Malformed, new RpcFault(RpcCodes.InvalidRequest, "expected a request, got an answer to nothing that was asked", null), bytes);
        }

        var named = message.Body?["_meta"]?[MetaNames.ProtocolVersion];
        if (message is { Kind: RpcKind.Request, Id: { } asking } && named?.AsString is { } version && RevisionText.Parse(version) != Revision.R20260728)
        {
            _parts.Door.CountRefused(DenyReason.UnknownAction, bytes.Span);
            return Reply.Unsupported(asking, Connected is { Versions.IsEmpty: false } known ? known.Versions : RevisionText.All, version);
        }

        var revision = named is not null ? Revision.R20260728 : Connected?.Revision ?? Revision.R20251125;
        if (Connected is { } open && open.Revision != revision)
        {
            return Refuse(DenyReason.Malformed, new RpcFault(RpcCodes.InvalidRequest, "expected the revision that was agreed", message.Id), bytes);
        }

        if (!McpRequest.TryRead(message, revision, out var request, out var fault))
        {
            return Refuse(fault.Code == RpcCodes.MethodNotFound ? DenyReason.UnknownAction : DenyReason.Malformed, fault, bytes);
        }

        if (request.Id is not { } id)
        {
            return await NoteAsync(request, bytes, exchange, cancellation);
        }

        using var entry = _inFlight.Begin(id, request.Meta, exchange.TellAsync, exchange.Headers is not null, out var full);
        return entry is not null ? await WayAsync(request, entry, caller, exchange, cancellation)
            : full ? Shed(request, id, bytes)
            : Refuse(DenyReason.Malformed, new RpcFault(RpcCodes.InvalidRequest, "expected an id that is not in use", null), bytes);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _upstream.DisposeAsync();

    private async Task<Reply> WayAsync(McpRequest request, InFlight.Entry entry, Caller caller, Exchange exchange, CancellationToken cancellation)
    {
        try
        {
            if (request.Revision == Revision.R20260728 && request.Method.Gate != Gate.Connect && !IsOpen && await OpenAsync(entry, caller, cancellation) is { } closed)
            {
                return closed;
            }

            return (request.Method.Gate, Connected) switch
            {
                (Gate.Here, _) => Reply.Result(entry.Id, JsonValue.EmptyObject),
                (Gate.Connect, _) when request.Revision == Revision.R20260728 => await DiscoverAsync(request, entry, caller, cancellation),
                (Gate.Connect, _) => await ConnectAsync(request, entry, caller, cancellation),
                (_, null) => Reply.Error(entry.Id, RpcCodes.InvalidRequest, "expected initialize first"),
                (Gate.Rides, { } connected) when !Capabilities.Have(connected.Capabilities, request.Method.Name) => Reply.Error(entry.Id, RpcCodes.MethodNotFound, "Method not found"),
                (Gate.Rides, { } connected) => await RideAsync(connected, request, entry, cancellation),
                (Gate.List, { } connected) => await ListAsync(connected, request, entry, caller, cancellation),
                (Gate.Call or Gate.Watch, { } connected) => await CallAsync(connected, request, entry, caller, exchange, cancellation),
                (Gate.Listen, { } connected) => await ListenAsync(connected, request, entry, caller, cancellation),
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

    private async Task<Reply> NoteAsync(McpRequest request, ReadOnlyMemory<byte> bytes, Exchange exchange, CancellationToken cancellation)
    {
        // Over HTTP of 2026-07-28 an exchange is cancelled by its end: ids of other exchanges may be the same.
        if (request.Method.Gate == Gate.Own && exchange.Headers is null && Connected is { } connected && _inFlight.Find(request.Parameters["requestId"]!) is { } entry)
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

    /// <summary>The action that is decided: it is made from exactly the params that are forwarded.</summary>
    private CanonicalAction? Action(Revision revision, string method, JsonValue? forwarded, Digest? toolHash)
        => CanonicalAction.TryMake(new McpCall(revision.ToWire(), _parts.Server, method, forwarded, toolHash, null), out var action, out _) ? action : null;

    private IUpstream Made()
    {
        var upstream = _make();
        (upstream.Told, upstream.Asked) = (_tellings.TakeAsync, AskedAsync);
        return upstream;
    }

    private Reply Refuse(DenyReason reason, RpcFault fault, ReadOnlyMemory<byte> bytes)
    {
        _parts.Door.CountRefused(reason, bytes.Span);
        return Reply.Error(fault);
    }

    private Reply Shed(McpRequest request, JsonValue id, ReadOnlyMemory<byte> bytes)
    {
        _parts.Door.CountRefused(DenyReason.Late, bytes.Span);
        return Reply.Refused(id, new Denial(DenyReason.Late), request.Method.Name, null);
    }
}
