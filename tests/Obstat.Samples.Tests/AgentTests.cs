using System.Text.Json.Nodes;

namespace Obstat.Samples.Tests;

public sealed class AgentTests : IDisposable
{
    private readonly Workplace _work = new();

    public void Dispose() => _work.Dispose();

    [Fact]
    public async Task Each_step_is_answered_by_one_line_before_the_next_is_read()
    {
        using var agent = Stdio();
        var connected = await agent.HearAsync();
        Assert.Equal("2025-11-25", (string?)connected["protocol"]);
        Assert.Null(connected["error"]);

        var list = await agent.AskAsync("""{"list":true}""");
        Assert.Equal("""["transfer","balance","history"]""", list["names"]!.ToJsonString());
        Assert.Equal("number", (string?)list["tools"]![0]!["inputSchema"]!["properties"]!["amount"]!["type"]);

        var call = await agent.AskAsync("""{"id":"first","call":"transfer","arguments":{"amount":900.50,"to":"acct-7"}}""");
        Assert.Equal(2, (int)call["step"]!);
        Assert.Equal("first", (string?)call["id"]);
        Assert.Equal("transferred 900.50 EUR to acct-7, transfer 1", (string?)call["text"]);
        Assert.False((bool)call["isError"]!);
        Assert.Null(call["denial"]);
        Assert.True((double)call["ms"]! > 0);
        _ = Assert.Single(_work.Lines("effect"));

        Assert.Equal(0, await agent.EndAsync());
    }

    [Fact]
    public async Task A_failure_of_the_tool_itself_is_an_error_result_without_a_denial()
    {
        using var agent = Stdio();
        _ = await agent.HearAsync();
        var call = await agent.AskAsync("""{"call":"transfer","arguments":{"amount":-1,"to":"acct-7"}}""");
        Assert.True((bool)call["isError"]!);
        Assert.Null(call["denial"]);
        Assert.Null(call["error"]);
    }

    [Theory]
    [InlineData("""{"call":"wipe","arguments":{}}""", -32602)]
    [InlineData("""{"read":"file:///x"}""", -32601)]
    [InlineData("""{"method":"prompts/list"}""", -32601)]
    public async Task A_protocol_error_is_a_line_with_its_code(string step, int code)
    {
        using var agent = Stdio();
        _ = await agent.HearAsync();
        var line = await agent.AskAsync(step);
        Assert.Equal(code, (int)line["error"]!["code"]!);
        Assert.NotEmpty((string)line["error"]!["message"]!);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("[]")]
    [InlineData("""{"dance":true}""")]
    public async Task A_step_that_is_not_understood_is_a_line_and_the_next_one_is_played(string step)
    {
        using var agent = Stdio();
        _ = await agent.HearAsync();
        Assert.NotNull((await agent.AskAsync(step))["error"]);
        Assert.Null((await agent.AskAsync("""{"ping":true}"""))["error"]);
    }

    [Fact]
    public async Task A_server_that_cannot_be_started_is_a_line_and_exit_1()
    {
        using var agent = Running.Start("Agent", "--", "dotnet", "no-such-program.dll");
        var line = await agent.HearAsync();
        Assert.Equal("connect", (string?)line["kind"]);
        Assert.NotNull(line["error"]);
        Assert.Equal(1, await agent.EndAsync());
    }

    [Fact]
    public async Task A_server_that_asks_for_a_token_is_a_line_with_the_HTTP_status()
    {
        await using var server = await ScriptedServer.StartAsync(_ => null);
        using var agent = Running.Start("Agent", "--http", server.Url);
        Assert.Equal(401, (int)(await agent.HearAsync())["error"]!["http"]!);
    }

    [Fact]
    public async Task Over_HTTP_the_bearer_of_the_file_is_sent_with_every_request()
    {
        File.WriteAllText(_work.File("token"), "t-o-k-e-n\n");
        await using var server = await ScriptedServer.StartAsync(Refusing);
        using var agent = Running.Start("Agent", "--bearer-file", _work.File("token"), "--http", server.Url);
        Assert.Null((await agent.HearAsync())["error"]);
        Assert.Equal(["Bearer t-o-k-e-n"], server.Authorizations.Distinct());
    }

    [Fact]
    public async Task A_refusal_is_told_from_a_failure_by_the_denial_of_its_meta()
    {
        await using var server = await ScriptedServer.StartAsync(Refusing);
        using var agent = Running.Start("Agent", "--http", server.Url);
        _ = await agent.HearAsync();
        var line = await agent.AskAsync("""{"call":"transfer","arguments":{"amount":12000}}""");
        Assert.True((bool)line["isError"]!);
        Assert.Equal("NotPermitted", (string?)line["denial"]!["reason"]);
        Assert.Equal("4711", (string?)line["denial"]!["decision"]);
        Assert.StartsWith("refused", (string?)line["text"]);
    }

    [Fact]
    public async Task A_refusal_of_another_method_is_an_error_with_code_and_message()
    {
        await using var server = await ScriptedServer.StartAsync(Refusing);
        using var agent = Running.Start("Agent", "--http", server.Url);
        _ = await agent.HearAsync();
        var line = await agent.AskAsync("""{"read":"x://y"}""");
        Assert.Equal(-31000, (int)line["error"]!["code"]!);
        Assert.Contains("refused", (string?)line["error"]!["message"], StringComparison.Ordinal);
    }

    private Running Stdio() => Running.Start(
        "Agent", "--", "dotnet", Running.Built("Payments"), "--journal", _work.Journal, "--tools", _work.Tools);

    private static JsonObject? Refusing(JsonObject message) => (JsonObject)JsonNode.Parse((string?)message["method"] switch
    {
        "initialize" => """{"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{},"resources":{}},"serverInfo":{"name":"gate","version":"1"}}}""",
        "tools/call" => """{"result":{"content":[{"type":"text","text":"refused: NotPermitted"}],"isError":true,"_meta":{"execution/denial":{"v":1,"reason":"NotPermitted","decision":"4711"}}}}""",
        _ => """{"error":{"code":-31000,"message":"refused: NotPermitted","data":{"v":1,"reason":"NotPermitted"}}}""",
    })!;
}
