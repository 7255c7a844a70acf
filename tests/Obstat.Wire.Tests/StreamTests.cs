using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Obstat.Proof.Leases;
using Obstat.Proof.Messages;
using Obstat.Proof.Messages.Admin;
using Obstat.Settings;

namespace Obstat.Wire.Tests;

/// <summary>
/// Streams that run through the built programs, and what ends them: an order, a dead or hung plane, a frozen gateway. Bytes are counted where the client's kernel gives them out.
/// <c>OBSTAT_STREAMS</c> sets how many an order ends at once (30).
/// </summary>
public sealed class StreamTests(ITestOutputHelper output) : IAsyncDisposable
{
    // The shorter lets silence end a stream soon; under the longer an end is an order's.
    private const int Short = 2;
    private const int Long = 30;

    private const string Policies = """
        @id("connect") permit (principal, action in [Plane::Mcp::Action::"connect", Plane::Mcp::Action::"list"], resource);
        @id("watch") permit (principal, action == streams::Action::"watch", resource);
        """;

    private readonly StreamServer _server = new();
    private Installation _installation = null!;
    private string _token = "";
    private int _exports;

    private static int Number(string name, int otherwise) => int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : otherwise;

    private async Task StartAsync(int lease)
    {
        _installation = await Installation.InitAsync("payments");
        var file = Path.Combine(_installation.Folder, "obstat.json");
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file)).Replace("\"permit\": \"5s\"", $"\"permit\": \"5s\", \"lease\": \"{lease}s\"", StringComparison.Ordinal));
        _ = (await _installation.RunAsync("mcp", "add", "streams", "--approve", "all", "--url", _server.Url.ToString())).MustExit(0);
        await _installation.PoliciesAsync(Policies);
        await _installation.UpAsync();
        _token = await _installation.TokenAsync("watcher");
    }

    public async ValueTask DisposeAsync()
    {
        await _installation.DisposeAsync();
        _server.Dispose();
    }

    /// <summary>One stream and the time of its last byte.</summary>
    private sealed class Watched : IDisposable
    {
        private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };
        private long _last;
        private long _bytes;

        public long Bytes => Interlocked.Read(ref _bytes);

        /// <summary>Timestamp of the last progress that came.</summary>
        public long Last => Interlocked.Read(ref _last);

        public string Tail { get; private set; } = "";

        public Task Ended { get; private set; } = Task.CompletedTask;

        public async Task BeginAsync(Uri url, string token)
        {
            var (opened, session) = await SendAsync(url, token, null, """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"w","version":"1"}}}""", HttpCompletionOption.ResponseContentRead);
            Assert.True(session is not null, await opened.Content.ReadAsStringAsync());
            (await SendAsync(url, token, session, """{"jsonrpc":"2.0","method":"notifications/initialized"}""", HttpCompletionOption.ResponseContentRead)).Response.Dispose();
            var (response, _) = await SendAsync(url, token, session, """{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"watch","arguments":{},"_meta":{"progressToken":7}}}""", HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
            Ended = ReadAsync(response);
        }

        public void Dispose() => _http.Dispose();

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
                            _ = Interlocked.Exchange(ref _last, Stopwatch.GetTimestamp());
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

    private async Task<Watched[]> WatchAsync(int count)
    {
        var url = new Uri($"{_installation.Resource}/mcp/streams");
        var watched = Enumerable.Range(0, count).Select(_ => new Watched()).ToArray();
        foreach (var some in watched.Chunk(8))
        {
            await Task.WhenAll(some.Select(w => w.BeginAsync(url, _token)));
        }

        await UntilAsync(() => watched.All(w => w.Bytes > 0), "all streams tell their progress");
        return watched;
    }

    private static async Task UntilAsync(Func<bool> holds, string what)
    {
        var waited = Stopwatch.StartNew();
        while (!holds())
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(30), what);
            await Task.Delay(5);
        }
    }

    private HttpClient Admin()
    {
        Assert.True(SettingsFile.TryLoad(Path.Combine(_installation.Folder, "obstat.json"), out var settings, out var error), error?.ToString());
        var path = settings!.Listen.Admin.Path;
        return new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        }) { BaseAddress = new Uri("http://plane") };
    }

    private void Tell(string what, List<double> ms)
    {
        ms.Sort();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: median {ms[ms.Count / 2]:0.0} ms, p99 {ms[Math.Min(ms.Count - 1, ms.Count * 99 / 100)]:0.0} ms, longest {ms[^1]:0.0} ms of {ms.Count}"));
    }

    private async Task SignalAsync(string signal, int process) => _ = (await Ran.ProgramAsync(_installation.Folder, new Dictionary<string, string>(), "kill", signal, process.ToString(CultureInfo.InvariantCulture))).MustExit(0);

    /// <summary>Predicates of one type in everything that the ledger holds now.</summary>
    private async Task<JsonElement[]> PredicatesAsync(string type)
    {
        var bundle = Path.Combine(_installation.Folder, $"streams-{_exports++}.zip");
        _ = (await _installation.RunAsync("export", "all", "--to", bundle)).MustExit(0);
        Assert.True(Proof.Bundles.EvidenceBundle.TryParse(await File.ReadAllBytesAsync(bundle), out var read, out var error), error);
        return [.. read.Entries.Select(e => JsonDocument.Parse(e.Statement).RootElement)
            .Where(s => s.GetProperty("predicateType").GetString()!.EndsWith($"/{type}/v1", StringComparison.Ordinal)).Select(s => s.GetProperty("predicate"))];
    }

    private static async Task EndedAsync(Watched[] streams)
    {
        await Task.WhenAll(streams.Select(s => s.Ended)).WaitAsync(TimeSpan.FromSeconds(10));
        Array.ForEach(streams, s => s.Dispose());
    }

    [Theory]
    [InlineData("Halted")]
    [InlineData("Revoked")]
    public async Task An_order_ends_every_stream_of_its_scope_and_says_why(string code)
    {
        await StartAsync(Long);
        var streams = await WatchAsync(Number("OBSTAT_STREAMS", 30));
        Assert.Equal(streams.Length, _server.Streams);
        using var admin = Admin();
        using var content = new ByteArrayContent(PlaneMessage.Write(new StopRequest(new Scope(ScopeKind.Tool, "streams/watch"), "test")));
        content.Headers.ContentType = new MediaTypeHeaderValue(PlaneMessage.ContentType);
        var sent = Stopwatch.GetTimestamp();
        using var answer = await admin.PostAsync(new Uri(code == "Halted" ? AdminRoutes.Halt : AdminRoutes.Revoke, UriKind.Relative), content);
        Assert.True(PlaneMessage.TryRead<StopAnswer>(await answer.Content.ReadAsByteArrayAsync(), out var stopped, out _));
        Assert.Equal(streams.Length, stopped.Ordered);
        await EndedAsync(streams);
        Assert.All(streams, s => Assert.Contains(code, s.Tail, StringComparison.Ordinal));
        var took = streams.Select(s => Math.Max(0, Stopwatch.GetElapsedTime(sent, s.Last).TotalMilliseconds)).ToList();
        Tell("command to last byte", took);
        // Far below the lease, so it was the order; how far below is for a measurement to say, not for a busy machine.
        Assert.True(took[^1] < Long * 100, $"{took[^1]} ms");
        await UntilAsync(() => _server.Streams == 0, "the server's side is cut");
        var waited = Stopwatch.StartNew();
        while (await PredicatesAsync("outcome") is var told && told.Count(o => o.GetProperty("stop").ValueKind == JsonValueKind.Object) < streams.Length)
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(30), $"the ledger tells every stop: {told.Length} outcomes");
        }
    }

    [Fact]
    public async Task A_gateway_that_is_frozen_beyond_the_lease_is_killed_by_the_kernel_and_never_goes_on()
    {
        await StartAsync(Short);
        var streams = await WatchAsync(5);
        var gateway = _installation.PartId("Obstat.Gateway")!.Value;
        var frozen = Stopwatch.GetTimestamp();
        await SignalAsync("-STOP", gateway);
        // Nobody says -CONT: what ends the streams is the end of the process that held them.
        await EndedAsync(streams);
        Assert.True(Stopwatch.GetElapsedTime(frozen).TotalSeconds < Short + 5);
        _ = await _installation.ReadyAgainAsync("gateway");
        Assert.NotEqual(gateway, _installation.PartId("Obstat.Gateway"));
        (await WatchAsync(1))[0].Dispose();
    }

    [Theory]
    [InlineData("-KILL")]
    [InlineData("-STOP")]
    public async Task A_dead_or_hung_plane_ends_every_stream_within_the_lease_and_the_same_gateway_serves_again(string signal)
    {
        await StartAsync(Short);
        var streams = await WatchAsync(5);
        var (plane, gateway) = (_installation.PartId("Obstat.Server")!.Value, _installation.PartId("Obstat.Gateway")!.Value);
        var lost = Stopwatch.GetTimestamp();
        await SignalAsync(signal, plane);
        await EndedAsync(streams);
        var took = streams.Select(s => Stopwatch.GetElapsedTime(lost, s.Last).TotalMilliseconds).ToList();
        Tell($"{signal} of the plane to last byte", took);
        Assert.True(took[^1] < Short * 1000, $"{took[^1]} ms");
        if (signal == "-KILL")
        {
            _ = await _installation.ReadyAgainAsync("plane");
        }
        else
        {
            await SignalAsync("-CONT", plane);
        }

        (await WatchAsync(1))[0].Dispose();
        Assert.Equal(gateway, _installation.PartId("Obstat.Gateway"));
    }

    [Fact]
    public async Task A_halt_at_the_gateway_acts_while_the_plane_is_dead_and_the_ledger_tells_it_as_a_gap_later()
    {
        await StartAsync(Long);
        var streams = await WatchAsync(2);
        Assert.True(SettingsFile.TryLoad(Path.Combine(_installation.Folder, "obstat.json"), out var settings, out _));
        var plane = _installation.PartId("Obstat.Server")!.Value;
        var supervisor = ParentOf(plane);
        await SignalAsync("-STOP", supervisor);
        await SignalAsync("-KILL", plane);
        var halted = (await _installation.RunAsync("halt", "all", "--reason", "test", "--at", settings.Paths.StopSocket(settings.Gateway.Point).Path)).MustExit(0);
        Assert.Contains("halted", halted.Output, StringComparison.Ordinal);
        await EndedAsync(streams);
        Assert.All(streams, s => Assert.Contains("Halted", s.Tail, StringComparison.Ordinal));
        await SignalAsync("-CONT", supervisor);
        _ = await _installation.ReadyAgainAsync("plane");
        var waited = Stopwatch.StartNew();
        while (!(await PredicatesAsync("gap")).Any(g => g.GetProperty("halts").GetArrayLength() == 1))
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(30), "the ledger tells the halt as a gap");
        }

        Assert.Contains("halted   all", (await _installation.RunAsync("halts")).Output, StringComparison.Ordinal);
    }

    private static int ParentOf(int process)
        => int.Parse(File.ReadLines($"/proc/{process}/status").First(l => l.StartsWith("PPid:", StringComparison.Ordinal))[5..].Trim(), CultureInfo.InvariantCulture);
}
