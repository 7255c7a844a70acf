using System.Net.Http.Headers;
using System.Text;

namespace Obstat.Calls.Bench;

/// <summary>One MCP session over Streamable HTTP, as thin as a client can be, so that what is measured is the server.</summary>
internal sealed class McpCaller : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly Uri _url;
    private string? _session;
    private int _id;

    public McpCaller(Uri url, string? bearer)
    {
        _url = url;
        _http.DefaultRequestHeaders.Accept.ParseAdd("application/json, text/event-stream");
        _http.DefaultRequestHeaders.Authorization = bearer is null ? null : new AuthenticationHeaderValue("Bearer", bearer);
    }

    /// <summary>The session's id; null before there is one.</summary>
    public string? Session => _session;

    /// <summary>Says something that nobody answers.</summary>
    public Task NotifyAsync(string message) => PostAsync(message, read: false);

    public async Task ConnectAsync()
    {
        var answer = await AskAsync("initialize", """{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"bench","version":"1"}}""");
        if (!answer.Contains("\"result\"", StringComparison.Ordinal))
        {
            throw new InvalidOperationException(answer);
        }

        await PostAsync("""{"jsonrpc":"2.0","method":"notifications/initialized"}""", read: false);
    }

    public async Task CallAsync()
    {
        var answer = await AskAsync("tools/call", """{"name":"balance","arguments":{"account":"acct-7"}}""");
        if (!answer.Contains("\"result\"", StringComparison.Ordinal) || answer.Contains("\"isError\":true", StringComparison.Ordinal))
        {
            throw new InvalidOperationException(answer);
        }
    }

    /// <summary>Ends the session: a gateway keeps so many.</summary>
    public async Task EndAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, _url);
        request.Headers.Add("Mcp-Session-Id", _session);
        request.Headers.Add("MCP-Protocol-Version", "2025-11-25");
        using var response = await _http.SendAsync(request);
    }

    public void Dispose() => _http.Dispose();

    private Task<string> AskAsync(string method, string parameters)
        => PostAsync($"{{\"jsonrpc\":\"2.0\",\"id\":{++_id},\"method\":\"{method}\",\"params\":{parameters}}}", read: true);

    private async Task<string> PostAsync(string body, bool read)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _url) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (_session is not null)
        {
            request.Headers.Add("Mcp-Session-Id", _session);
        }

        if (_id > 1 || !read)
        {
            request.Headers.Add("MCP-Protocol-Version", "2025-11-25");
        }

        using var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        if (!response.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"{(int)response.StatusCode}: {text}");
        }

        _session ??= response.Headers.TryGetValues("Mcp-Session-Id", out var ids) ? ids.First() : null;
        return text;
    }
}
