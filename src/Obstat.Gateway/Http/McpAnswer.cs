using Microsoft.AspNetCore.Http.Features;
using Obstat.Gateway.Sessions;

namespace Obstat.Gateway.Http;

/// <summary>The answer to one POST: one JSON object, or, once a message about the request came before it, an event stream that ends with it.</summary>
internal sealed class McpAnswer(HttpContext context) : IDisposable
{
    private readonly SemaphoreSlim _writing = new(1);
    private bool _streams;
    private bool _ended;

    /// <summary>A message about the request, before its answer.</summary>
    public async ValueTask TellAsync(byte[] message)
    {
        await _writing.WaitAsync();
        try
        {
            if (_ended)
            {
                return;
            }

            if (!_streams)
            {
                _streams = true;
                Stream(context);
            }

            await WriteEventAsync(context, message);
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
            if (reply.IsStream && !_streams)
            {
                _streams = true;
                Stream(context);
            }

            if (_streams)
            {
                await (reply.Body is null ? Task.CompletedTask : WriteEventAsync(context, reply.Body));
                return;
            }

            context.Response.StatusCode = reply switch { { IsBroken: true } => 400, { IsNobody: true } => 401, { Body: null } => 202, _ => 200 };
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
    public static async Task WriteEventAsync(HttpContext context, byte[] message)
    {
        await context.Response.Body.WriteAsync((byte[])[.. "data: "u8, .. message, (byte)'\n', (byte)'\n']);
        await context.Response.Body.FlushAsync();
    }

    /// <inheritdoc/>
    public void Dispose() => _writing.Dispose();
}
