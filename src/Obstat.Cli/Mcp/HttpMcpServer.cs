using System.Net.Http.Headers;
using System.Text;
using Obstat.Cli.Output;
using Obstat.Proof.Json;

namespace Obstat.Cli.Mcp;

/// <summary>A tool server behind Streamable HTTP: no redirects, no cookies, no proxy of this environment.</summary>
internal sealed class HttpMcpServer(Uri url) : McpServer
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false }, disposeHandler: true) { MaxResponseContentBufferSize = BytesMax };
    private string? _session;

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    protected override async Task<JsonValue?> SendAsync(JsonValue message, int? id, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(message.ToCanonicalBytes()) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Accept.ParseAdd("application/json");
        request.Headers.Accept.ParseAdd("text/event-stream");
        if (_session is not null)
        {
            request.Headers.Add("MCP-Session-Id", _session);
        }

        if (message["method"]?.AsString is { } method and not "initialize")
        {
            request.Headers.Add("MCP-Protocol-Version", Revision);
            if (IsStateless)
            {
                request.Headers.Add("Mcp-Method", method);
                if (method == "tools/call" && message["params"]?["name"]?.AsString is { } tool)
                {
                    request.Headers.Add("Mcp-Name", tool);
                }
            }
        }

        try
        {
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
            if (!answer.IsSuccessStatusCode)
            {
                throw new McpFailureException($"it answers HTTP {(int)answer.StatusCode}");
            }

            _session = answer.Headers.TryGetValues("MCP-Session-Id", out var ids) ? ids.First() : _session;
            return id is not { } wanted ? null
                : answer.Content.Headers.ContentType?.MediaType == "text/event-stream" ? await EventAsync(answer, wanted, cancellation).ConfigureAwait(false)
                : Parse(await answer.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false)) is var one && IsResponse(one, wanted) ? one
                : throw new McpFailureException("it answers another request than was sent");
        }
        catch (HttpRequestException e)
        {
            throw new McpFailureException($"it cannot be reached: {Shown.Of(e.Message)}", e);
        }
    }

    // Events before the response (notifications) are of no use to an operator who only looks.
    private static async Task<JsonValue> EventAsync(HttpResponseMessage answer, int id, CancellationToken cancellation)
    {
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false), new UTF8Encoding(false, true));
        var data = new StringBuilder();
        while (await reader.ReadLineAsync(cancellation).ConfigureAwait(false) is { } line && data.Length <= BytesMax)
        {
            if (line.StartsWith("data:", StringComparison.Ordinal))
            {
                _ = data.Append(data.Length == 0 ? "" : "\n").Append(line.AsSpan("data:".Length).TrimStart(' '));
            }
            else if (line.Length == 0 && data.Length > 0)
            {
                var message = Parse(Encoding.UTF8.GetBytes(data.ToString()));
                if (IsResponse(message, id))
                {
                    return message;
                }

                _ = data.Clear();
            }
        }

        throw new McpFailureException("its stream ended without an answer");
    }
}
