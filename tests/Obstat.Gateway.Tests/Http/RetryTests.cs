using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Obstat.Enforcement;
using Obstat.Gateway.Sessions;
using Obstat.Proof;
using Obstat.Proof.Json;
using Obstat.Proof.Messages;
using JsonValue = Obstat.Proof.Json.JsonValue;

namespace Obstat.Gateway.Tests.Http;

/// <summary>Calls that a server answers with questions (2026-07-28): what comes again is an execution of its own, and brings back only what this server gave to this principal for exactly this call.</summary>
public sealed class RetryTests : IAsyncLifetime
{
    private const string Form = """{"ask":{"method":"elicitation/create","params":{"message":"sure?","requestedSchema":{"type":"object"}}}}""";
    private const string Say = ""","inputResponses":{"ask":{"action":"accept","content":{}}}""";
    private readonly FakeDoor _door = new();
    private readonly FakeUpstream _upstream = new() { Tools = [Tool("safe"), Tool("danger"), Tool("other")] };
    private HttpGate? _gate;

    public async ValueTask InitializeAsync()
    {
        _door.Pin("safe", "danger", "other");
        _door.Permitted = _door.Permitted.Add("other").Add(WireActions.McpElicitation);
        _door.Visible = ["safe", "danger", "other"];
        _gate = await HttpGate.StartAsync(_door, () => _upstream);
    }

    public ValueTask DisposeAsync() => _gate!.DisposeAsync();

    [Fact]
    public async Task What_comes_again_is_decided_again_as_an_execution_below_the_first()
    {
        Ask("s1", "s2");
        var first = await CallAsync();
        Assert.Equal(("input_required", "s1"), ((string?)first["result"]!["resultType"], (string?)first["result"]!["requestState"]));
        var second = await CallAsync(Say + State("s1"));
        Assert.Equal("s2", (string?)second["result"]!["requestState"]);
        Assert.Equal("complete", (string?)(await CallAsync(Say + State("s2")))["result"]!["resultType"]);

        Assert.Equal(["server/discover", "tools/call", "elicitation/create", "tools/call", "elicitation/create", "tools/call"], _door.Asked.Select(a => a.Method));
        var calls = _door.Asked.Where(a => a.Method == "tools/call").ToArray();
        Assert.Equal([null, Digest.Of("s1"u8).ToBase64Url(), Digest.Of("s2"u8).ToBase64Url()], calls.Select(c => c.Json["state_hash"]?.AsString));
        Assert.Equal([false, true, true], calls.Select(c => c.Json["input_responses"] is not null));
        Assert.Equal(3, calls.Select(c => c.ActHash).Distinct().Count());

        // The first question was asked by the first execution: all that comes again belongs to that one.
        var parents = _door.Callers.Select(c => c.Parent).ToArray();
        Assert.Null(parents[1]);
        Assert.NotNull(parents[2]);
        Assert.Equal((parents[2], parents[2]), (parents[3], parents[5]));
        Assert.Equal(6, _door.Endings.Count(e => e.Result == EndResult.Succeeded));
    }

    [Theory]
    [InlineData("safe", "{}", "never")]
    [InlineData("safe", """{"a":2}""", "s1")]
    [InlineData("safe", """{}""", "s1")]
    [InlineData("other", """{"a":1}""", "s1")]
    [InlineData("safe", """{"a":1}""", "S1")]
    [InlineData("safe", """{"a":1}""", "")]
    public async Task A_state_that_was_not_given_for_exactly_this_is_refused_and_nothing_is_asked(string tool, string arguments, string state)
    {
        Ask("s1");
        _ = await CallAsync(arguments: """{"a":1}""");
        var asked = _door.Asked.Count;
        var refused = await CallAsync(Say + State(state), tool, arguments);
        Assert.Equal(-32602, (int?)refused["error"]!["code"]);
        Assert.Equal((asked, 1), (_door.Asked.Count, _upstream.Calls.Count));
        Assert.Contains(Proof.Reasons.DenyReason.Malformed, _door.Counted);
        Assert.Equal("complete", (string?)(await CallAsync(Say + State("s1"), arguments: """{"a":1}"""))["result"]!["resultType"]);
    }

    [Fact]
    public async Task A_state_is_taken_once()
    {
        Ask("s1");
        _ = await CallAsync();
        Assert.NotNull((await CallAsync(Say + State("s1")))["result"]);
        Assert.Equal(-32602, (int?)(await CallAsync(Say + State("s1")))["error"]!["code"]);
        Assert.Equal(2, _upstream.Calls.Count);
    }

    [Fact]
    public async Task A_state_of_another_principal_is_none()
    {
        Ask("s1", "s2");
        _ = await CallAsync();
        Assert.Equal(-32602, (int?)(await CallAsync(Say + State("s1"), token: "bob"))["error"]!["code"]);
        Assert.Single(_upstream.Calls);
        Assert.Equal("s2", (string?)(await CallAsync(Say + State("s1")))["result"]!["requestState"]);
    }

    [Fact]
    public async Task What_was_permitted_once_is_not_permitted_when_it_comes_again()
    {
        Ask("s1");
        _ = await CallAsync();
        _door.Forbidden = _door.Forbidden.Add("safe");
        var refused = await CallAsync(Say + State("s1"));
        Assert.Equal("Forbidden", (string?)refused["result"]!["_meta"]!["execution/denial"]!["reason"]);
        Assert.Single(_upstream.Calls);
    }

    [Fact]
    public async Task Answers_to_questions_that_came_without_a_state_belong_to_the_execution_that_asked()
    {
        _upstream.Answer = _ => Task.FromResult(_upstream.Calls.Count == 1 ? Questions(Form, null) : FakeUpstream.Done);
        _ = await CallAsync();
        Assert.Equal("complete", (string?)(await CallAsync(Say))["result"]!["resultType"]);
        Assert.Equal(_door.Callers.ElementAt(2).Parent, _door.Callers.Last().Parent);
        Assert.NotNull(_door.Callers.Last().Parent);
    }

    [Theory]
    [InlineData("""{"ask":{"method":"sampling/createMessage","params":{"messages":[],"maxTokens":1}}}""", "UnknownAction")]
    [InlineData("""{"ask":{"method":"elicitation/create","params":{"mode":"url","url":"https://x.example","message":"SECRET"}}}""", "UnknownAction")]
    [InlineData("""{"ask":{"method":"elicitation/create","params":{"message":"SECRET"},"also":1}}""", "Malformed")]
    [InlineData("""{"ask":{"method":"tools/call","params":{"name":"SECRET"}}}""", "UnknownAction")]
    [InlineData("""{"ask":{"method":7}}""", "UnknownAction")]
    [InlineData("""{"ask":"SECRET"}""", "Malformed")]
    [InlineData("""["SECRET"]""", "Malformed")]
    public async Task A_question_that_may_not_be_put_withholds_the_whole_result(string questions, string reason)
    {
        _upstream.Answer = _ => Task.FromResult(Questions(questions, "s1"));
        var text = (await CallAsync(capabilities: """{"elicitation":{},"sampling":{}}""")).ToJsonString();
        var denial = JsonNode.Parse(text)!["result"]!["_meta"]!["execution/denial"]!;
        Assert.Equal((reason, "unknown"), ((string?)denial["reason"], (string?)denial["ran"]));
        Assert.DoesNotContain("SECRET", text, StringComparison.Ordinal);
        Assert.Equal(EndResult.Withheld, _door.Endings.Last().Result);
        Assert.Equal(-32602, (int?)(await CallAsync(Say + State("s1")))["error"]!["code"]);
    }

    [Fact]
    public async Task A_question_is_decided_by_itself_and_its_refusal_refuses_all()
    {
        _upstream.Answer = _ =>
        {
            // Permitted when the connection was opened, no longer now.
            _door.Permitted = _door.Permitted.Remove(WireActions.McpElicitation);
            return Task.FromResult(Questions(Form, "s1"));
        };
        var denial = (await CallAsync())["result"]!["_meta"]!["execution/denial"]!;
        Assert.Equal("NotPermitted", (string?)denial["reason"]);
        Assert.Equal(EndResult.Withheld, _door.Endings.Last().Result);
    }

    [Theory]
    [InlineData("""{"resultType":"input_required"}""")]
    [InlineData("""{"resultType":"input_required","inputRequests":{},"content":[{"type":"text","text":"SECRET"}]}""")]
    [InlineData("""{"resultType":"another","content":[{"type":"text","text":"SECRET"}]}""")]
    [InlineData("""{"resultType":1,"content":[{"type":"text","text":"SECRET"}]}""")]
    [InlineData("""{"resultType":"input_required","requestState":7}""")]
    public async Task A_result_of_no_known_kind_goes_no_further(string result)
    {
        _upstream.Answer = _ => Task.FromResult(Json(result));
        var text = (await CallAsync()).ToJsonString();
        Assert.NotNull(JsonNode.Parse(text)!["result"]!["_meta"]!["execution/denial"]);
        Assert.DoesNotContain("SECRET", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_that_is_answered_with_questions_is_no_list_and_puts_none()
    {
        _upstream.Listed = Questions("""{"ask":{"method":"elicitation/create","params":{"message":"SECRET","requestedSchema":{}}}}""", "s1");
        using var request = ModernTests.Post(_gate!, "tools/list", null, Encoding.UTF8.GetBytes(ModernTests.Request("tools/list")), "alice");
        using var response = await _gate!.Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.Equal("Malformed", (string?)HttpGate.Message(text)["error"]!["data"]!["reason"]);
        Assert.DoesNotContain("SECRET", text, StringComparison.Ordinal);
        Assert.Equal(EndResult.Withheld, _door.Endings.Last().Result);
    }

    [Fact]
    public void A_state_is_forgotten_after_ten_minutes()
    {
        var clock = new Later();
        var states = new OpenStates(clock);
        var (wanted, state) = (Digest.Of("wanted"u8), Digest.Of("state"u8));
        states.Give("tools/call", wanted, state, "first");
        clock.Now += OpenStates.Age;
        Assert.Equal("first", states.Take("tools/call", wanted, state));
        states.Give("tools/call", wanted, state, "second");
        clock.Now += OpenStates.Age + TimeSpan.FromTicks(1);
        Assert.Null(states.Take("tools/call", wanted, state));
    }

    [Fact]
    public void Of_too_many_states_the_oldest_give_way()
    {
        var clock = new Later();
        var states = new OpenStates(clock);
        for (var i = 0; i <= OpenStates.Max; i++)
        {
            clock.Now += TimeSpan.FromMilliseconds(1);
            states.Give("tools/call", Digest.Of([(byte)(i & 255), (byte)(i >> 8)]), null, "e");
        }

        Assert.Null(states.Take("tools/call", Digest.Of([0, 0]), null));
        Assert.NotNull(states.Take("tools/call", Digest.Of([1, 0]), null));
    }

    private void Ask(params string[] states) => _upstream.Answer = _ =>
        Task.FromResult(_upstream.Calls.Count <= states.Length ? Questions(Form, states[_upstream.Calls.Count - 1]) : FakeUpstream.Done);

    private static JsonValue Questions(string questions, string? state)
    {
        var result = JsonValue.Object(("resultType", JsonValue.Of("input_required")), ("inputRequests", Json(questions)));
        return state is null ? result : result.With("requestState", JsonValue.Of(state));
    }

    private static string State(string state) => $",\"requestState\":\"{state}\"";

    private static JsonValue Tool(string name) => JsonValue.Object(("name", JsonValue.Of(name)), ("inputSchema", JsonValue.Object(("type", JsonValue.Of("object")))));

    private static JsonValue Json(string text) => StrictJson.TryParse(Encoding.UTF8.GetBytes(text), out var value, out var error) ? value : throw new FormatException(error.ToString());

    private async Task<JsonObject> CallAsync(string more = "", string tool = "safe", string arguments = "{}", string token = "alice", string capabilities = """{"elicitation":{}}""")
    {
        var meta = $$$"""{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{{{capabilities}}} }""";
        var body = $$$"""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"{{{tool}}}","arguments":{{{arguments}}}{{{more}}},"_meta":{{{meta}}} }}""";
        using var request = ModernTests.Post(_gate!, "tools/call", tool, Encoding.UTF8.GetBytes(body), token);
        using var response = await _gate!.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return HttpGate.Message(await response.Content.ReadAsStringAsync());
    }

    private sealed class Later : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
