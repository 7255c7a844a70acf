using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Obstat.Gateway.Sessions;

namespace Obstat.Gateway.Http;

/// <summary>The answer to one POST: one JSON object, or, once a message about the request came before it, an event stream that ends with it.</summary>
/// <param name="context">The exchange.</param>
/// <param name="begin">Begins a stream whose events are kept (2025-11-25); null where a broken stream is over.</param>
internal sealed class McpAnswer(HttpContext context, Func<EventStream>? begin) : IDisposable
{
    private readonly SemaphoreSlim _writing = new(1);
    private EventStream? _kept;
    private bool _streams;
    private bool _ended;

    /// <summary>A message about the request, before its answer.</summary>
    public async ValueTask TellAsync(byte[] message)
    {
        await _writing.WaitAsync();
        try
        {
            if (!_ended)
            {
                Begin();
                await WriteAsync(message);
            }
        }
        finally
        {
            _ = _writing.Release();
        }
    }

    /// <summary>The answer; nothing can be told after it.</summary>
    public async Task EndAsync(Reply reply, Action<HttpContext> challenge)
    {
        await _writing.WaitAsync();
        try
        {
            _ended = true;
            if (reply.IsStream)
            {
                Begin();
            }

            if (_streams && reply.IsCut)
            {
                context.Abort();
                _kept?.End();
                return;
            }

            if (_streams)
            {
                // Sent with the end of the response, in one piece.
                await (reply.Body is null ? Task.CompletedTask : WriteAsync(reply.Body, isLast: true));
                _kept?.End();
                return;
            }

            context.Response.StatusCode = reply.IsNobody ? 401 : reply.Status;
            if (reply.IsNobody)
            {
                challenge(context);
            }

            if (reply.Body is { } body)
            {
                context.Response.ContentType = "application/json";
                context.Response.ContentLength = body.Length;
                await context.Response.Body.WriteAsync(body);
            }
        }
        finally
        {
            _ = _writing.Release();
        }
    }

    /// <summary>Begins an event stream.</summary>
    public static void Stream(HttpContext context)
    {
        context.Response.StatusCode = 200;
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
    }

    /// <summary>One event. Messages are canonical JSON, so their data has no line end.</summary>
    /// <param name="context">The exchange.</param>
    /// <param name="id">Our id of the event; null for none.</param>
    /// <param name="message">The message.</param>
    /// <param name="isLast">Whether the response ends with it, which sends it.</param>
    public static async Task WriteEventAsync(HttpContext context, string? id, byte[] message, bool isLast = false)
    {
        var body = context.Response.BodyWriter;
        if (id is not null)
        {
            body.Write("id: "u8);
            _ = Encoding.ASCII.GetBytes(id, body);
            body.Write("\n"u8);
        }

        body.Write("data: "u8);
        body.Write(message);
        body.Write("\n\n"u8);
        if (!isLast)
        {
            _ = await body.FlushAsync();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _writing.Dispose();

    private void Begin()
    {
        if (!_streams)
        {
            (_streams, _kept) = (true, begin?.Invoke());
            Stream(context);
        }
    }

    /// <summary>Keeps the event first: a client that is gone can come back for it.</summary>
    private async Task WriteAsync(byte[] message, bool isLast = false)
    {
        var id = _kept?.Append(message) is { } number ? _kept.IdOf(number) : null;
        try
        {
            await WriteEventAsync(context, id, message, isLast);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The client is gone; what it asked goes on.
        }
    }
}
