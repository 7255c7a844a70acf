using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Obstat.Samples.Payments;

namespace Obstat.Samples.Tests;

public sealed class PaymentsTests : IDisposable
{
    private readonly Workplace _work = new();

    public void Dispose() => _work.Dispose();

    [Fact]
    public async Task An_effect_is_in_the_journal_when_its_answer_arrives_and_survives_a_kill_at_that_moment()
    {
        using var server = Start();
        await server.InitializeAsync();
        var answer = await server.CallAsync("transfer", """{"amount":900.50,"to":"acct-7","note":"rent"}""");
        server.Kill();

        Assert.False((bool?)answer["result"]!["isError"] ?? false);
        var effect = Assert.Single(_work.Lines("effect"));
        Assert.Equal("transfer", (string?)effect["tool"]);
        Assert.Equal("""{"amount":900.50,"to":"acct-7","note":"rent"}""", effect["arguments"]!.ToJsonString());
    }

    [Fact]
    public void A_transfer_whose_journal_line_cannot_be_written_is_not_answered_as_done()
    {
        var journal = new Journal(_work.Journal);
        var bank = new Bank(journal);
        journal.Dispose();

        Assert.ThrowsAny<ObjectDisposedException>(() => bank.Call("transfer", new JsonObject { ["amount"] = 1, ["to"] = "a" }));
        Assert.Equal(("0 transfers", false), bank.Call("history", []));
    }

    [Fact]
    public async Task After_a_restart_the_journal_is_what_happened()
    {
        using (var first = Start())
        {
            await first.InitializeAsync();
            _ = await first.CallAsync("transfer", """{"amount":10,"to":"acct-7"}""");
            _ = await first.CallAsync("transfer", """{"amount":2.25,"to":"acct-7"}""");
            first.Kill();
        }

        using var second = Start();
        await second.InitializeAsync();
        Assert.Equal("acct-7: 12.25 EUR", Text(await second.CallAsync("balance", """{"account":"acct-7"}""")));
        Assert.Equal("2 transfers\n10.00 EUR to acct-7\n2.25 EUR to acct-7", Text(await second.CallAsync("history", "{}")));
    }

    [Fact]
    public void Half_a_line_left_by_a_crash_is_no_effect_and_does_not_swallow_the_next_one()
    {
        File.WriteAllText(_work.Journal, """{"kind":"effect","tool":"transfer","argum""");
        using var journal = new Journal(_work.Journal);
        journal.Effect("transfer", new JsonObject { ["amount"] = 3, ["to"] = "b" });

        Assert.Empty(journal.Past);
        var lines = File.ReadAllLines(_work.Journal);
        Assert.Equal(2, lines.Length);
        Assert.Equal(2, (int)JsonNode.Parse(lines[1])!["n"]!);
    }

    [Fact]
    public async Task An_edited_definitions_file_changes_what_a_running_server_lists()
    {
        using var server = Start();
        await server.InitializeAsync();
        var before = await server.AskAsync("""{"jsonrpc":"2.0","id":1,"method":"tools/list"}""");
        File.WriteAllText(_work.Tools, File.ReadAllText(_work.Tools).Replace("Moves an amount", "Moves any amount", StringComparison.Ordinal));
        var after = await server.AskAsync("""{"jsonrpc":"2.0","id":2,"method":"tools/list"}""");

        Assert.StartsWith("Moves an amount", (string?)before["result"]!["tools"]![0]!["description"]);
        Assert.StartsWith("Moves any amount", (string?)after["result"]!["tools"]![0]!["description"]);
        Assert.Equal(before["result"]!["tools"]![0]!["inputSchema"]!.ToJsonString(), after["result"]!["tools"]![0]!["inputSchema"]!.ToJsonString());
    }

    [Fact]
    public async Task The_transfer_tool_takes_a_number_and_nothing_beside_its_four_arguments()
    {
        using var server = Start();
        await server.InitializeAsync();
        var schema = (await server.AskAsync("""{"jsonrpc":"2.0","id":1,"method":"tools/list"}"""))["result"]!["tools"]![0]!["inputSchema"]!;

        Assert.False((bool)schema["additionalProperties"]!);
        Assert.Equal("number", (string?)schema["properties"]!["amount"]!["type"]);
        Assert.Equal(["amount", "currency", "note", "to"], schema["properties"]!.AsObject().Select(property => property.Key).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("transfer", """{"to":"a"}""")]
    [InlineData("transfer", """{"amount":"900","to":"a"}""")]
    [InlineData("transfer", """{"amount":0,"to":"a"}""")]
    [InlineData("transfer", """{"amount":-1,"to":"a"}""")]
    [InlineData("transfer", """{"amount":1e400,"to":"a"}""")]
    [InlineData("transfer", """{"amount":1}""")]
    [InlineData("transfer", """{"amount":1,"to":7}""")]
    [InlineData("transfer", """{"amount":1,"to":"a","currency":1}""")]
    [InlineData("balance", "{}")]
    public async Task A_call_with_wrong_arguments_fails_and_has_no_effect(string tool, string arguments)
    {
        using var server = Start();
        await server.InitializeAsync();
        Assert.True((bool?)(await server.CallAsync(tool, arguments))["result"]!["isError"]);
        Assert.Empty(_work.Lines("effect"));
    }

    [Fact]
    public async Task A_tool_that_no_definition_names_is_unknown_and_has_no_effect()
    {
        using var server = Start();
        await server.InitializeAsync();
        Assert.Equal(-32602, (int)(await server.CallAsync("wipe", "{}"))["error"]!["code"]!);
        Assert.Empty(_work.Lines("effect"));
    }

    [Fact]
    public async Task A_tool_that_only_the_definitions_name_is_an_effect_that_answers_done()
    {
        File.WriteAllText(_work.Tools, """{"tools":[{"name":"safe","inputSchema":{"type":"object"}}]}""");
        using var server = Start();
        await server.InitializeAsync();
        Assert.Equal("done", Text(await server.CallAsync("safe", """{"x":[1,null]}""")));
        Assert.Equal("""{"x":[1,null]}""", Assert.Single(_work.Lines("effect"))["arguments"]!.ToJsonString());
    }

    [Fact]
    public async Task Every_line_that_arrives_is_journaled_as_it_came_and_before_its_effect()
    {
        using var server = Start("--journal-requests");
        await server.InitializeAsync();
        const string Odd = """{"jsonrpc":"2.0" , "id":7,"method":"tools/call","params":{"name":"transfer","arguments":{"to":"ä","amount":1.0}}}""";
        _ = await server.AskAsync(Odd);

        Assert.Equal(Odd, (string?)_work.Lines("request")[^1]["body"]);
        Assert.Equal(3, _work.Lines("request").Count);
        Assert.Equal((long)_work.Lines("request")[^1]["n"]! + 1, (long)Assert.Single(_work.Lines("effect"))["n"]!);
    }

    [Fact]
    public async Task Over_HTTP_head_and_body_of_each_request_are_journaled_and_the_call_has_its_effect()
    {
        using var server = Start("--http", "http://127.0.0.1:0/mcp", "--journal-requests", "--stateless");
        var url = (string?)(await server.HearAsync())["listening"];
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Content = JsonContent.Create(JsonNode.Parse("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"transfer","arguments":{"amount":5,"to":"acct-7"}}}""")),
        };
        request.Headers.Add("Accept", "application/json, text/event-stream");
        request.Headers.Add("MCP-Protocol-Version", "2025-11-25");
        request.Headers.Add("X-Seen", "yes");
        using var response = await client.SendAsync(request);

        Assert.Contains("transferred 5.00 EUR", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var line = Assert.Single(_work.Lines("request"));
        Assert.Equal("POST", (string?)line["head"]!["method"]);
        Assert.Equal("/mcp", (string?)line["head"]!["target"]);
        Assert.Equal("yes", (string?)line["head"]!["headers"]!["X-Seen"]![0]);
        Assert.Contains("\"amount\":5", (string?)line["body"], StringComparison.Ordinal);
        _ = Assert.Single(_work.Lines("effect"));
    }

    [Theory]
    [InlineData("--unknown")]
    [InlineData("--journal")]
    [InlineData("--http", "https://127.0.0.1:0/mcp")]
    [InlineData("--http", "not a url")]
    public async Task A_command_line_that_is_not_understood_ends_with_2(params string[] arguments)
    {
        using var server = Running.Start("Payments", arguments);
        Assert.Equal(2, await server.EndAsync());
    }

    private Running Start(params string[] more) => Running.Start("Payments", ["--journal", _work.Journal, "--tools", _work.Tools, .. more]);

    private static string? Text(JsonObject answer) => (string?)answer["result"]!["content"]![0]!["text"];
}
