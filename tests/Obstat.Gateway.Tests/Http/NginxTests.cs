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

    [Fact]
    public async Task No_row_of_http_shows_the_server_what_was_not_decided()
    {
        await using var ways = await Ways.OpenAsync(_server, _door, false);
        var session = await ways.Gate.OpenAsync();
        var ran = 0;
        foreach (var row in WireRow.Read("http1"))
        {
            _ = await RawHttp.SendAsync(ways.Gate.Front, row.Bytes);
            var asked = Calls();
            _ = await RawHttp.SendAsync(ways.Gate.Front, McpEndpointTests.Transplanted(row.Bytes, session));
            Assert.InRange(Calls() - asked, 0, row.Expect == "refuse" ? 1 : 2);
            ran += Calls() - asked;
        }

        Assert.True(ran >= 4, $"{ran} rows ran");
        AssertDecided(ran, ran);
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

        public static async Task<Ways> OpenAsync(PaymentsServer server, FakeDoor door, bool isModern)
        {
            var http = new PaymentsHttp(server, isModern);
            var (front, back) = (Nginx.Free(), Nginx.Free());
            var gate = await HttpGate.StartAsync(door, () => new HttpUpstream(new Uri($"http://{back}{http.Url.AbsolutePath}"), TimeProvider.System));
            try
            {
                var nginx = Nginx.Start((front, $"http://{gate.Address}"), (back, http.Url.GetLeftPart(UriPartial.Authority)));
                gate.Front = front;
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
