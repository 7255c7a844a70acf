using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Obstat.Wire.Tests;

/// <summary>An MCP session over Streamable HTTP that never retries: each call is sent at most once.</summary>
internal sealed class HttpCaller(Uri url, string bearer) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(30) };
    private string? _session;
    private int _id;

    public async Task ConnectAsync()
    {
        _session = null;
        var answer = await PostAsync("initialize", new { protocolVersion = "2025-11-25", capabilities = new { }, clientInfo = new { name = "caller", version = "1" } });
        if (!answer.TryGetProperty("result", out _))
        {
            throw new InvalidOperationException(answer.ToString());
        }

        await SendAsync(JsonSerializer.Serialize(new { jsonrpc = "2.0", method = "notifications/initialized" }));
    }

    public Task<JsonElement> CallAsync(string tool, object arguments) => PostAsync("tools/call", new { name = tool, arguments });

    public void Dispose() => _http.Dispose();

    private async Task<JsonElement> PostAsync(string method, object parameters)
    {
        var text = await SendAsync(JsonSerializer.Serialize(new { jsonrpc = "2.0", id = ++_id, method, @params = parameters }));
        var json = text.Split('\n').FirstOrDefault(l => l.StartsWith("data:", StringComparison.Ordinal)) is { } line ? line[5..] : text;
        return JsonDocument.Parse(json).RootElement;
    }

    private async Task<string> SendAsync(string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        request.Headers.Accept.ParseAdd("application/json, text/event-stream");
        if (_session is not null)
        {
            request.Headers.Add("Mcp-Session-Id", _session);
            request.Headers.Add("MCP-Protocol-Version", "2025-11-25");
        }

        using var response = await _http.SendAsync(request);
        _session ??= response.Headers.TryGetValues("Mcp-Session-Id", out var ids) ? ids.First() : null;
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsStringAsync();
    }
}
