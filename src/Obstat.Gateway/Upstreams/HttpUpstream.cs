using System.Net;
using System.Net.Http.Headers;
using Obstat.Enforcement;
using Obstat.Gateway.Http;
using Obstat.Gateway.JsonRpc;
using Obstat.Gateway.Methods;
using Obstat.Gateway.Sessions;
using Obstat.Proof.Json;
using Obstat.Proof.Reasons;

namespace Obstat.Gateway.Upstreams;

/// <summary>
/// A tool server over Streamable HTTP, with a session of its own for one client session, on connections that no other principal shares. No message is sent twice,
/// no redirect is followed, no cookie kept, no proxy or credential of the environment used.
/// </summary>
internal sealed class HttpUpstream : IUpstream
{
    /// <summary>Bytes of one message of the server, at most: 1 MiB.</summary>
    public const int MessageBytesMax = 1 << 20;

    private const string SessionHeader = "Mcp-Session-Id";
    private const string VersionHeader = "MCP-Protocol-Version";
    private static readonly TimeSpan Reconnect = TimeSpan.FromSeconds(3);

    private readonly Uri _url;
    private readonly TimeProvider _clock;
    private readonly HttpMessageInvoker _http;
    private readonly CancellationTokenSource _end = new();
    private readonly ServerRequests _asked;
    private Revision _revision = Revision.R20251125;
    private string? _session;
    private bool _agreed;
    private Task _listening = Task.CompletedTask;

    public HttpUpstream(Uri url, TimeProvider clock) => (_url, _clock, _http, _asked) = (url, clock, new HttpMessageInvoker(UpstreamDialer.Handler()), new ServerRequests(SayAsync));

    /// <inheritdoc/>
    public Func<Telling, ValueTask> Told { private get; set; } = static _ => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public Func<ServerRequest, CancellationToken, Task<ServerReply>> Asked
    {
        set => _asked.Asked = value;
    }

    /// <inheritdoc/>
    public bool IsBroken => false;

    /// <inheritdoc/>
    public Task<UpstreamAnswer> OpenAsync(Admission admission, Outgoing request, Revision revision, CancellationToken cancellation)
    {
        admission.Step();
        _revision = revision;
        return ExchangeAsync(request, cancellation);
    }

    /// <inheritdoc/>
    public Task<UpstreamAnswer> CallAsync(Admission admission, Outgoing request, CancellationToken cancellation)
    {
        admission.Step();
        return ExchangeAsync(request, cancellation);
    }

    /// <inheritdoc/>
    public Task<UpstreamAnswer> RideAsync(Connected connected, Outgoing request, CancellationToken cancellation) => ExchangeAsync(request, cancellation);

    /// <inheritdoc/>
    public async Task TellAsync(Connected connected, string method, JsonValue? parameters, CancellationToken cancellation)
    {
        if (_revision == Revision.R20260728)
        {
            return;
        }

        await SayAsync(RpcWriter.Notification(method, parameters), cancellation);
        if (method == "notifications/initialized")
        {
            _listening = ListenAsync();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _asked.DisposeAsync();
        await _listening;
        if (_session is not null)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            try
            {
                using var request = Request(HttpMethod.Delete, null);
                using var response = await _http.SendAsync(request, patience.Token);
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                // A courtesy: the session is over either way.
            }
        }

        _http.Dispose();
        _end.Dispose();
    }

    private async Task<UpstreamAnswer> ExchangeAsync(Outgoing outgoing, CancellationToken cancellation)
    {
        var body = RpcWriter.Request(outgoing.Id, outgoing.Method, outgoing.Parameters);
        if (cancellation.IsCancellationRequested)
        {
            return new UpstreamAnswer(null, null, DenyReason.Late, null, 0, 0);
        }

        var started = _clock.GetUtcNow();
        using var content = new OneSend(body, "application/json");
        using var request = Request(HttpMethod.Post, content);
        try
        {
            if (_revision == Revision.R20260728)
            {
                Describe(request, outgoing);
            }

            using var response = await _http.SendAsync(request, cancellation);
            if (outgoing.Method == "initialize" && response.Headers.TryGetValues(SessionHeader, out var ids) && ids.ToArray() is [{ Length: > 0 and <= 256 } session])
            {
                _session = session;
            }

            var (answer, bytes) = await ReadAsync(response, outgoing.Id, cancellation);
            _agreed |= answer?.Kind == RpcKind.Result;
            return answer is null ? new UpstreamAnswer(null, null, DenyReason.Malformed, started, body.Length, bytes)
                : new UpstreamAnswer(answer.Kind == RpcKind.Result ? answer.Body : null, answer.Kind == RpcKind.Error ? answer.Body : null, null, started, body.Length, bytes,
                    IsStream: response.Content.Headers.ContentType?.MediaType == "text/event-stream");
        }
        catch (OperationCanceledException)
        {
            return new UpstreamAnswer(null, null, DenyReason.Late, started, body.Length, 0);
        }
        catch (HttpRequestException)
        {
            // Without a connection nothing was sent; anything later may have reached the server.
            var nothing = !content.WasSent;
            return new UpstreamAnswer(null, null, DenyReason.Fault, nothing ? null : started, nothing ? 0 : body.Length, 0);
        }
        catch (IOException)
        {
            return new UpstreamAnswer(null, null, DenyReason.Fault, started, body.Length, 0);
        }
    }

    /// <summary>The answer to that id, or null where the server gives none: each message is looked at, and none but this one is the answer.</summary>
    private async Task<(RpcMessage? Answer, long Bytes)> ReadAsync(HttpResponseMessage response, long id, CancellationToken cancellation)
    {
        if (IsEncoded(response))
        {
            return (null, 0);
        }

        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        switch (response.Content.Headers.ContentType?.MediaType)
        {
            case "application/json":
                var body = await WholeAsync(stream, cancellation);
                return (body is not null && RpcMessage.TryParse(body, out var message, out _) && IsAnswer(message, id) ? message : null, body?.Length ?? MessageBytesMax);
            case "text/event-stream":
                var events = new SseReader(stream, MessageBytesMax);
                while (await NextAsync(events, cancellation) is { } next)
                {
                    if (IsAnswer(next, id))
                    {
                        return (next, events.Bytes);
                    }

                    if (next.Kind == RpcKind.Request && _revision == Revision.R20260728)
                    {
                        // A server of this revision asks nothing: the stream is cut.
                        return (null, events.Bytes);
                    }

                    await TakeAsync(next, id);
                }

                return (null, events.Bytes);
            default:
                return (null, 0);
        }
    }

    /// <summary>The stream of what belongs to no request; a server that has none says 405.</summary>
    private async Task ListenAsync()
    {
        try
        {
            while (!_end.IsCancellationRequested)
            {
                using (var request = Request(HttpMethod.Get, null))
                using (var response = await _http.SendAsync(request, _end.Token))
                {
                    if (response.StatusCode != HttpStatusCode.OK || response.Content.Headers.ContentType?.MediaType != "text/event-stream" || IsEncoded(response))
                    {
                        return;
                    }

                    await using var stream = await response.Content.ReadAsStreamAsync(_end.Token);
                    var events = new SseReader(stream, MessageBytesMax);
                    while (await NextAsync(events, _end.Token) is { } next)
                    {
                        await TakeAsync(next, null);
                    }
                }

                await Task.Delay(Reconnect, _clock, _end.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException)
        {
            // Over: what the server would have told is not told; answers come on their own requests.
        }
    }

    private static async Task<RpcMessage?> NextAsync(SseReader events, CancellationToken cancellation)
        => await events.ReadAsync(cancellation) is { Name: "message" } one && RpcMessage.TryParse(one.Data, out var message, out _) ? message : null;

    private async Task TakeAsync(RpcMessage message, long? request)
    {
        if (message.Kind == RpcKind.Notification && MethodTable.Find(message.Method, Direction.ServerToClient, true, _revision) is { Gate: Gate.Data or Gate.Own or Gate.Changed } row)
        {
            await Told(new Telling(row, message.Body ?? JsonValue.EmptyObject, request));
        }
        else if (message.Kind == RpcKind.Request)
        {
            _asked.Take(message, request);
        }
    }

    private async Task SayAsync(byte[] message, CancellationToken cancellation)
    {
        try
        {
            using var request = Request(HttpMethod.Post, new OneSend(message, "application/json"));
            using var response = await _http.SendAsync(request, cancellation);
        }
        catch (HttpRequestException)
        {
            // A server that is away is told nothing; the next request says so.
        }
    }

    /// <summary>Whether the body is packed. Nothing packed was asked for, and nothing is unpacked here.</summary>
    private static bool IsEncoded(HttpResponseMessage response) => response.Content.Headers.ContentEncoding.Any(e => !e.Equals("identity", StringComparison.OrdinalIgnoreCase));

    private static bool IsAnswer(RpcMessage message, long id) => message.Kind is RpcKind.Result or RpcKind.Error && message.Id?.AsInteger == id;

    private HttpRequestMessage Request(HttpMethod method, OneSend? content)
    {
        var request = new HttpRequestMessage(method, _url) { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        if (content is not null)
        {
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            request.Content = content;
        }

        if (_session is not null)
        {
            request.Headers.Add(SessionHeader, _session);
        }

        // Absent on the first request of the older revision alone: it is the one that agrees.
        if (_agreed || _revision == Revision.R20260728)
        {
            request.Headers.Add(VersionHeader, _revision.ToWire());
        }

        return request;
    }

    /// <summary>What the body says, as headers (2026-07-28): made anew from what was decided.</summary>
    private static void Describe(HttpRequestMessage request, Outgoing outgoing)
    {
        request.Headers.Add("Mcp-Method", outgoing.Method);
        if (outgoing.Subject is { } subject)
        {
            request.Headers.Add("Mcp-Name", HeaderText.Encode(subject));
        }

        foreach (var (name, value) in outgoing.Headers)
        {
            request.Headers.Add(name, value);
        }
    }

    private static async Task<byte[]?> WholeAsync(Stream stream, CancellationToken cancellation)
    {
        var whole = new MemoryStream();
        var buffer = new byte[8192];
        while (await stream.ReadAsync(buffer, cancellation) is var count and > 0)
        {
            if (whole.Length + count > MessageBytesMax)
            {
                return null;
            }

            whole.Write(buffer, 0, count);
        }

        return whole.ToArray();
    }
}
