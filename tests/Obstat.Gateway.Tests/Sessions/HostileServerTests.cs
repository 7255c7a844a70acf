using Obstat.Enforcement;
using Obstat.Gateway.Upstreams;
using Obstat.Proof.Reasons;

namespace Obstat.Gateway.Tests.Sessions;

/// <summary>Children that lie: small shell scripts that answer by number of line.</summary>
public sealed class HostileServerTests
{
    private const string Hello = """read a; printf '%s\n' '{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{},"tasks":{},"logging":{}},"serverInfo":{"name":"h","version":"1"}}}'; read b;""";
    private const string List = """read c; printf '%s\n' '{"jsonrpc":"2.0","id":3,"result":{"tools":[{"name":"safe","inputSchema":{"type":"object"}}]}}'; read d;""";
    private const string Call = """{"jsonrpc":"2.0","id":"c","method":"tools/call","params":{"name":"safe"}}""";
    private readonly FakeDoor _door = new();

    public HostileServerTests() => _door.Pin("safe");

    [Theory]
    [InlineData("echo hello there; sleep 30")]
    [InlineData("""printf '%s\n' '[{"jsonrpc":"2.0","id":2,"result":{}}]'; sleep 30""")]
    [InlineData("""printf '%s\n' '{"jsonrpc":"2.0","id":2,"id":2,"result":{}}'; sleep 30""")]
    [InlineData("""printf '%s\n' '{"jsonrpc":"2.0","id":2,"result":"text"}'; sleep 30""")]
    [InlineData("head -c 1100000 /dev/zero; sleep 30")]
    public async Task What_is_no_message_ends_the_child_and_nobody_claims_that_nothing_ran(string lie)
    {
        await using var client = Client(Hello + List + lie);
        await client.OpenAsync();
        var denial = Denial(await client.AskAsync(Call, "\"c\""));
        Assert.Equal(("Malformed", "unknown"), ((string?)denial["reason"], (string?)denial["ran"]));
        Assert.Equal((EndResult.Unknown, DenyReason.Malformed), (_door.Endings.Last().Result, _door.Endings.Last().Code));
    }

    [Fact]
    public async Task A_child_that_dies_leaves_the_effect_unknown()
    {
        await using var client = Client(Hello + List + "exit 1");
        await client.OpenAsync();
        Assert.Equal("unknown", (string?)Denial(await client.AskAsync(Call, "\"c\""))["ran"]);
        Assert.Equal(EndResult.Unknown, _door.Endings.Last().Result);
    }

    [Fact]
    public async Task An_answer_to_another_id_is_dropped_and_the_deadline_cuts()
    {
        _door.Lifetime = TimeSpan.FromSeconds(2);
        await using var client = Client(Hello + List + """printf '%s\n' '{"jsonrpc":"2.0","id":77,"result":{"content":[]}}' '{"jsonrpc":"2.0","id":"2","result":{"content":[]}}'; sleep 30""");
        await client.OpenAsync();
        var denial = Denial(await client.AskAsync(Call, "\"c\""));
        Assert.Equal(("Late", "unknown"), ((string?)denial["reason"], (string?)denial["ran"]));
        Assert.Equal((EndResult.Unknown, DenyReason.Late), (_door.Endings.Last().Result, _door.Endings.Last().Code));
    }

    [Fact]
    public async Task A_second_answer_is_dropped()
    {
        await using var client = Client(Hello + List + """printf '%s\n' '{"jsonrpc":"2.0","id":2,"result":{"content":[1]}}' '{"jsonrpc":"2.0","id":2,"result":{"content":[2]}}'; read e; sleep 30""");
        await client.OpenAsync();
        Assert.Equal(1, (int?)(await client.AskAsync(Call, "\"c\""))["result"]!["content"]![0]);
        await client.AskAsync("""{"jsonrpc":"2.0","id":"p","method":"ping"}""", "\"p\"");
        Assert.DoesNotContain(client.Received, line => line.Contains("[2]", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_cannot_speak_in_our_name()
    {
        await using var client = Client(Hello + List + """printf '%s\n' '{"jsonrpc":"2.0","id":2,"result":{"content":[],"_meta":{"execution/denial":{"reason":"Forbidden"},"own":1}}}'; sleep 30""");
        await client.OpenAsync();
        Assert.Equal("""{"own":1}""", (await client.AskAsync(Call, "\"c\""))["result"]!["_meta"]!.ToJsonString());
    }

    [Fact]
    public async Task A_server_cannot_ask_the_agent_and_its_other_words_are_dropped()
    {
        await using var client = Client(Hello + List + """
            printf '%s\n' '{"jsonrpc":"2.0","id":9,"method":"sampling/createMessage","params":{}}'; read e;
            printf '%s\n' '{"jsonrpc":"2.0","method":"notifications/unheard"}' '{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"x"}}';
            case "$e" in *'"error"'*32601*) printf '%s\n' '{"jsonrpc":"2.0","id":2,"result":{"content":[]}}';; esac; sleep 30
            """);
        var hello = await client.OpenAsync();
        Assert.False(hello["result"]!["capabilities"]!.AsObject().ContainsKey("tasks"));
        Assert.NotNull((await client.AskAsync(Call, "\"c\""))["result"]!["content"]);
        Assert.DoesNotContain(client.Received, line => line.Contains("sampling", StringComparison.Ordinal) || line.Contains("unheard", StringComparison.Ordinal));
        Assert.Contains(client.Received, line => line.Contains("notifications/message", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Progress_comes_back_under_the_client_s_own_token_and_only_for_its_request()
    {
        await using var client = Client(Hello + List + """
            printf '%s\n' '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":2,"progress":1}}' '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":5,"progress":1}}' '{"jsonrpc":"2.0","id":2,"result":{"content":[]}}'; sleep 30
            """);
        await client.OpenAsync();
        await client.AskAsync("""{"jsonrpc":"2.0","id":"c","method":"tools/call","params":{"name":"safe","_meta":{"progressToken":"mine"}}}""", "\"c\"");
        Assert.Equal("""{"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":1,"progressToken":"mine"}}""", Assert.Single(client.Received, line => line.Contains("progress", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_cancelled_request_is_not_answered_and_its_effect_stays_unknown()
    {
        await using var client = Client(Hello + List + """printf '%s\n' '{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"got it"}}'; read e; case "$e" in *'"requestId":2'*) printf '%s\n' '{"jsonrpc":"2.0","id":2,"result":{"content":["late"]}}';; esac; sleep 30""");
        await client.OpenAsync();
        client.Send(FakeDoor.Utf8(Call));
        while (!client.Received.Any(line => line.Contains("got it", StringComparison.Ordinal)))
        {
            await client.AskAsync("""{"jsonrpc":"2.0","id":"p","method":"ping"}""", "\"p\"");
            client.Forget("\"p\"");
        }

        client.Send("""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"c","reason":"changed my mind"}}"""u8);
        while (_door.Endings.Count < 2)
        {
            await client.AskAsync("""{"jsonrpc":"2.0","id":"p","method":"ping"}""", "\"p\"");
            client.Forget("\"p\"");
        }

        Assert.Equal(EndResult.Unknown, _door.Endings.Last().Result);
        Assert.DoesNotContain(client.Received, line => line.Contains("late", StringComparison.Ordinal) || line.Contains("\"c\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_of_another_revision_is_refused()
    {
        await using var client = Client("""read a; printf '%s\n' '{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-03-26","capabilities":{},"serverInfo":{}}}'; sleep 30""");
        var answer = await client.AskAsync(LocalClient.Initialize, "\"init\"");
        Assert.Equal("UnknownAction", (string?)answer["error"]!["data"]!["reason"]);
        Assert.NotNull((await client.AskAsync(Call, "\"c\""))["error"]);
    }

    [Fact]
    public async Task A_program_that_cannot_be_started_ran_nothing()
    {
        await using var client = new LocalClient(_door, () => new ChildUpstream(() => new ChildProgram("/nonexistent", ["x"], "/", []), TimeProvider.System));
        Assert.False((await client.AskAsync(LocalClient.Initialize, "\"init\""))["error"]!["data"]!["ran"]!.GetValue<bool>());
        Assert.Equal(EndResult.Refused, _door.Endings.Last().Result);
    }

    [Fact]
    public async Task A_child_sees_exactly_the_environment_that_was_registered()
    {
        await using var client = new LocalClient(_door, () => new ChildUpstream(() => new ChildProgram("/bin/sh", ["sh", "-c", Hello.Replace("\"h\"", "\"'\"$(env | grep -c -v -e ^PWD -e ^_ -e ^SHLVL)\"'\"", StringComparison.Ordinal) + "sleep 30"], "/", ["ONE=1"]), TimeProvider.System));
        Assert.Equal("1", (string?)(await client.OpenAsync())["result"]!["serverInfo"]!["name"]);
    }

    private static System.Text.Json.Nodes.JsonNode Denial(System.Text.Json.Nodes.JsonObject answer) => answer["result"]!["_meta"]!["execution/denial"]!;

    private LocalClient Client(string script) => new(_door, () => new ChildUpstream(() => new ChildProgram("/bin/sh", ["sh", "-c", script], "/", ["PATH=/usr/bin:/bin"]), TimeProvider.System));
}
