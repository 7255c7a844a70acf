using System.Text.Json.Nodes;
using Obstat.Gateway.Upstreams;

namespace Obstat.Gateway.Tests.Http;

/// <summary>Connections to a server are kept, for one principal, and a kept connection that breaks never makes a call run twice.</summary>
public sealed class KeptConnectionTests
{
    private const string Opened = """{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"s","version":"1"}}""";
    private const string Listed = """{"tools":[{"name":"transfer","inputSchema":{"type":"object"}}]}""";
    private const string Call = """{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"transfer","arguments":{} } }""";
    private readonly FakeDoor _door = new();

    public KeptConnectionTests()
    {
        _door.Pin("transfer");
        (_door.Permitted, _door.Visible) = (_door.Permitted.Add("transfer"), ["transfer"]);
    }

    [Fact]
    public async Task A_call_on_a_kept_connection_that_breaks_is_sent_once_and_said_to_be_unknown()
    {
        await using var server = new RawUpstream(Answer(static _ => null));
        await using var gate = await HttpGate.StartAsync(_door, () => new HttpUpstream(server.Url, TimeProvider.System));
        var session = await gate.OpenAsync();
        var answer = await gate.CallAsync(Call, session);
        Assert.Contains("unknown", answer.ToJsonString(), StringComparison.Ordinal);
        var call = Assert.Single(server.Seen, s => s.Method == "tools/call");
        Assert.Contains(server.Seen, s => s.Connection == call.Connection && s.Method != "tools/call"); // else no kept connection broke, and nothing was shown
    }

    [Fact]
    public async Task Calls_one_after_the_other_share_a_connection_and_other_principals_never_do()
    {
        await using var server = new RawUpstream(Answer(static _ => """{"content":[]}"""));
        await using var gate = await HttpGate.StartAsync(_door, () => new HttpUpstream(server.Url, TimeProvider.System));
        var connections = new List<HashSet<int>>();
        foreach (var principal in (string[])["alice", "bob"])
        {
            var before = server.Seen.Count;
            var session = await gate.OpenAsync(principal);
            for (var i = 0; i < 5; i++)
            {
                Assert.NotNull((await gate.CallAsync(Call, session, principal))["result"]!["content"]);
            }

            var seen = server.Seen.Skip(before).ToList();
            Assert.Equal(5, seen.Count(s => s.Method == "tools/call"));
            Assert.Single(seen.Where(s => s.Method == "tools/call").Select(s => s.Connection).Distinct());
            connections.Add([.. seen.Select(s => s.Connection)]);
        }

        Assert.Empty(connections[0].Intersect(connections[1]));
    }

    private static Func<JsonObject, string?> Answer(Func<JsonObject, string?> call) => request => (string)request["method"]! switch
    {
        "initialize" => Opened,
        "tools/list" => Listed,
        _ => call(request),
    };
}
