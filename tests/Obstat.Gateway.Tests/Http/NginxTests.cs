using System.Text.Json.Nodes;
using Obstat.Gateway.Upstreams;
using Obstat.Proof.Messages;
using Obstat.Tests;

namespace Obstat.Gateway.Tests.Http;

/// <summary>
/// nginx in front of the gate and behind it at once: what it repairs, joins or drops on the way, no combination shows the server a request that the gate did not decide.
/// </summary>
public sealed class NginxTests : IDisposable
{
    /// <summary>Rows that the gate refuses and that nginx before it mends: it makes its own request of what it understood, and that one is judged. Another version may refuse them.</summary>
    private static readonly Dictionary<string, string> Mended = new(StringComparer.Ordinal)
    {
        ["http-049"] = "drops a field whose name is none",
        ["http-050"] = "drops a field whose name is none",
        ["http-053"] = "drops a field whose name is none",
        ["http-065"] = "takes a bare LF behind a chunk, and what follows as the next request",
        ["http-073"] = "reads a trailer and drops it",
        ["http-127"] = "drops an expectation that it does not know",
        ["http-149"] = "drops options of the connection",
        ["http-150"] = "drops options of the connection",
        ["http-151"] = "drops options of the connection",
        ["http-158"] = "drops a field with an underscore",
    };

    private readonly PaymentsServer _server = new();
    private readonly FakeDoor _door = new();

    public NginxTests() => _door.Pin("safe", "danger");

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Every_row_of_messages_has_its_verdict_between_two_of_them()
    {
        await using var ways = await Ways.OpenAsync(_server, _door, false);
        var session = await ways.Gate.OpenAsync();
        var (expected, either) = (0, 0);
        foreach (var row in WireRow.Read("jsonrpc"))
        {
            using var request = ways.Gate.Request(HttpMethod.Post, "", session);
            request.Content = new ByteArrayContent(row.Bytes) { Headers = { ContentType = new("application/json") } };
            using var response = await ways.Gate.Client.SendAsync(request);
            var text = await response.Content.ReadAsStringAsync();
            var answer = text.Length == 0 ? null : HttpGate.Message(text);
            var denial = answer?["result"]?["_meta"]?["execution/denial"] ?? answer?["error"]?["data"];
            switch (row.Expect)
            {
                case "accept":
                    Assert.True(answer?["result"] is not null && denial is null, $"{row}: {text}");
                    expected += ((string?)JsonNode.Parse(row.Bytes)!["method"]) == "tools/call" ? 1 : 0;
                    break;
                case "refuse" when row.Code is "Forbidden" or "NotPermitted":
                    Assert.Equal(row.Code, (string?)denial?["reason"]);
                    break;
                case "refuse":
                    Assert.True(answer?["result"] is null, $"{row}: {text}");
                    break;
                default:
                    either++;
                    break;
            }
        }

        AssertDecided(expected, expected + either);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Every_row_of_http_has_its_verdict_and_what_nginx_mends_before_is_named(bool before, bool behind)
    {
        await using var ways = await Ways.OpenAsync(_server, _door, false, before, behind);
        var session = await ways.Gate.OpenAsync();
        var (expected, either) = (0, 0);
        foreach (var row in WireRow.Read("http1"))
        {
            // As it is it names no session: it is judged, or refused, and shows the server nothing.
            var (asked, shown) = (_door.Asked.Count, Shown());
            var plain = RawHttp.Statuses(await RawHttp.SendAsync(ways.Gate.Front, row.Bytes));
            Assert.True((before || plain.Length <= row.ResponsesMax) && plain.All(s => s >= 400), $"{row}: {string.Join(' ', plain)}");
            Assert.Equal((asked, shown), (_door.Asked.Count, Shown()));

            // As a call that is permitted it runs exactly when it is let through.
            var calls = Calls();
            var statuses = RawHttp.Statuses(await RawHttp.SendAsync(ways.Gate.Front, McpEndpointTests.Transplanted(row.Bytes, session)));
            var (decided, ran) = (Calls() - calls, Shown() - shown);
            var line = $"{row}: {string.Join(' ', statuses)}, {decided} decided, {ran} ran";
            Assert.True((before || statuses.Length <= row.ResponsesMax) && ran <= decided, line);
            if (row.Expect == "accept" && IsCall(row))
            {
                Assert.True(ran == 1 && statuses[0] == 200, line);
                expected++;
            }
            else if (before && decided > 0 && Mended.ContainsKey(row.Id))
            {
                // What reached the gate was one clean request, and it decided that one.
                Assert.True((decided, ran, statuses[0]) == (1, 1, 200) && statuses[1..].All(s => s >= 400), line);
                expected += ran;
            }
            else if (row.Expect == "refuse")
            {
                Assert.True(decided == 0 && statuses.All(s => s >= 400), line);
            }
            else
            {
                either += ran;
            }
        }

        Assert.True(expected >= 4, $"{expected} rows ran");
        AssertDecided(expected + either, expected + either);
        Assert.DoesNotContain("smuggled", File.ReadAllText(_server.Journal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_spelling_of_a_path_becomes_another_one()
    {
        await using var ways = await Ways.OpenAsync(_server, _door, false);
        foreach (var line in File.ReadLines(Vectors.Shared("attacks/wire/paths.jsonl")))
        {
            var target = Convert.FromBase64String(JsonNode.Parse(line)!["target_b64"]!.GetValue<string>());
            var answer = await RawHttp.SendAsync(ways.Gate.Front, [.. "GET "u8, .. target, .. " HTTP/1.1\r\nHost: gate.test\r\nAuthorization: Bearer alice\r\nConnection: close\r\n\r\n"u8]);
            Assert.True(RawHttp.Statuses(answer).All(s => s >= 400), line + answer);
        }

        Assert.Empty(_door.Asked);
        Assert.Empty(_server.Lines("request"));
    }

    [Fact]
    public async Task Every_row_of_headers_has_its_verdict_between_two_of_them()
    {
        await using var ways = await Ways.OpenAsync(_server, _door, true);
        var accepted = 0;
        foreach (var line in File.ReadLines(Vectors.Shared("attacks/wire/mcp-headers.jsonl")))
        {
            var (bytes, expect) = ModernTests.HeaderRow(line);
            var before = _server.Lines("effect").Length;
            var text = await RawHttp.SendAsync(ways.Gate.Front, bytes, halfClose: false);
            var effects = _server.Lines("effect").Length - before;
            Assert.True(expect switch { "accept" => effects == 1, "refuse" => effects == 0 && RawHttp.Statuses(text).All(s => s >= 400), _ => effects <= 1 }, line + text);
            accepted += effects;
        }

        AssertDecided(accepted, accepted);
        Assert.True(accepted >= 2);
    }

    private static bool IsCall(WireRow row) => row.Bytes.AsSpan().StartsWith("POST /mcp HTTP/1.1\r\n"u8);

    /// <summary>Effects in the server's own journal.</summary>
    private int Shown() => _server.Lines("effect").Length;

    private int Calls() => _door.Asked.Count(a => a.WireAction == WireActions.McpToolsCall && a.Name == "safe");

    /// <summary>What the server wrote down is what the gate decided, call by call.</summary>
    private void AssertDecided(int least, int most)
    {
        var calls = _server.Requests("tools/call");
        Assert.All(calls, call => Assert.Equal("safe", (string?)JsonNode.Parse(call)!["params"]!["name"]));
        Assert.InRange(calls.Length, least, most);
        Assert.Equal(_server.Lines("effect").Length, calls.Length);
        Assert.InRange(calls.Length, 0, Calls());
    }

    private sealed class Ways : IAsyncDisposable
    {
        private readonly PaymentsHttp _http;
        private readonly Nginx _nginx;

        private Ways(PaymentsHttp http, HttpGate gate, Nginx nginx) => (_http, Gate, _nginx) = (http, gate, nginx);

        public HttpGate Gate { get; }

        public static async Task<Ways> OpenAsync(PaymentsServer server, FakeDoor door, bool isModern, bool before = true, bool behind = true)
        {
            var http = new PaymentsHttp(server, isModern);
            var (front, back) = (Nginx.Free(), Nginx.Free());
            var upstream = behind ? new Uri($"http://{back}{http.Url.AbsolutePath}") : http.Url;
            var gate = await HttpGate.StartAsync(door, () => new HttpUpstream(upstream, TimeProvider.System));
            try
            {
                var nginx = Nginx.Start((front, $"http://{gate.Address}"), (back, http.Url.GetLeftPart(UriPartial.Authority)));
                gate.Front = before ? front : gate.Address;
                return new Ways(http, gate, nginx);
            }
            catch
            {
                await gate.DisposeAsync();
                http.Dispose();
                throw;
            }
        }

        public async ValueTask DisposeAsync()
        {
            await Gate.DisposeAsync();
            _nginx.Dispose();
            _http.Dispose();
        }
    }
}
