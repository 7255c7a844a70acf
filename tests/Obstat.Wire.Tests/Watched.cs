using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;

namespace Obstat.Wire.Tests;

/// <summary>One stream and the time of its last byte.</summary>
internal sealed class Watched : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };
    private Uri? _url;
    private string _token = "";
    private string? _session;
    private long _lastByte;
    private int _last = 7;
    private long _bytes;

    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Timestamp of the last progress that came.</summary>
    public long Last => Interlocked.Read(ref _lastByte);

    public string Tail { get; private set; } = "";

    public Task Ended { get; private set; } = Task.CompletedTask;

    public async Task BeginAsync(Uri url, string token)
    {
        var (opened, session) = await SendAsync(url, token, null, """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"w","version":"1"}}}""", HttpCompletionOption.ResponseContentRead);
        Assert.True(session is not null, await opened.Content.ReadAsStringAsync());
        (await SendAsync(url, token, session, """{"jsonrpc":"2.0","method":"notifications/initialized"}""", HttpCompletionOption.ResponseContentRead)).Response.Dispose();
        (_url, _token, _session) = (url, token, session);
        var (response, _) = await SendAsync(url, token, session, Call(_last), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        Ended = ReadAsync(response);
    }

    /// <summary>The same call again, in the session of this one: the first bytes that come.</summary>
    public async Task<string> CallAgainAsync()
    {
        var (response, _) = await SendAsync(_url!, _token, _session, Call(++_last), HttpCompletionOption.ResponseHeadersRead);
        using (response)
        {
            await using var stream = await response.Content.ReadAsStreamAsync();
            var buffer = new byte[8192];
            var count = await stream.ReadAsync(buffer);
            (await SendAsync(_url!, _token, _session, $$$$"""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{{{{_last}}}}}}""", HttpCompletionOption.ResponseContentRead)).Response.Dispose();
            return Encoding.UTF8.GetString(buffer, 0, count);
        }
    }

    public void Dispose() => _http.Dispose();

    private static string Call(int id) => $$$$"""{"jsonrpc":"2.0","id":{{{{id}}}},"method":"tools/call","params":{"name":"watch","arguments":{},"_meta":{"progressToken":{{{{id}}}}}}}""";

    private async Task ReadAsync(HttpResponseMessage response)
    {
        try
        {
            using (response)
            {
                await using var stream = await response.Content.ReadAsStreamAsync();
                var buffer = new byte[8192];
                while (await stream.ReadAsync(buffer) is var count and > 0)
                {
                    var text = Encoding.UTF8.GetString(buffer, 0, count);
                    Tail = text;
                    if (text.Contains("notifications/progress", StringComparison.Ordinal))
                    {
                        _ = Interlocked.Add(ref _bytes, count);
                        _ = Interlocked.Exchange(ref _lastByte, Stopwatch.GetTimestamp());
                    }
                }
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            // Cut.
        }
    }

    private async Task<(HttpResponseMessage Response, string? Session)> SendAsync(Uri url, string token, string? session, string body, HttpCompletionOption until)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Accept.ParseAdd("application/json, text/event-stream");
        if (session is not null)
        {
            request.Headers.Add("Mcp-Session-Id", session);
            request.Headers.Add("MCP-Protocol-Version", "2025-11-25");
        }

        var response = await _http.SendAsync(request, until);
        _ = response.EnsureSuccessStatusCode();
        return (response, response.Headers.TryGetValues("Mcp-Session-Id", out var ids) ? ids.First() : session);
    }
}
