using System.Text.Json;

namespace Obstat.Cli.Tests.Commands;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class CommandTests : IDisposable
{
    private const string Transfer = """{"name":"transfer","description":"Moves money.\nSecond line.","annotations":{"destructiveHint":true},"inputSchema":{"type":"object","properties":{"amount":{"type":"number"},"to":{"type":"string"}},"required":["amount","to"],"additionalProperties":false}}""";
    private const string History = """{"name":"history","annotations":{"readOnlyHint":true},"inputSchema":{"type":"object","properties":{},"additionalProperties":false}}""";

    private readonly Running _run = new();

    public void Dispose() => _run.Dispose();

    private JsonElement Json(params string[] words)
    {
        var result = _run.Obstat([.. words, "--output", "json"]);
        Assert.True(result.Code == 0, result.Error);
        return JsonDocument.Parse(result.Out).RootElement;
    }

    private void Payments()
    {
        Assert.Equal(0, _run.Obstat("init", "--template", "payments").Code);
        var added = _run.Obstat("mcp", "add", "payments", "--approve", "all", "--class", "transfer=pay:amount=/amount,currency=EUR,payee=/to", "--class", "history=read", "--", "sh", _run.Listing(Transfer, History));
        Assert.True(added.Code == 0, added.Error);
    }

    [Fact]
    public void Obstat_alone_names_four_commands() => Assert.Equal(4, _run.Obstat().Out.TrimEnd('\n').Split('\n').Length);

    [Fact]
    public void Init_makes_a_whole_installation_whose_keys_are_the_owners_alone()
    {
        var json = Json("init");
        Assert.Equal("obstat.cli/init/v1", json.GetProperty("schema").GetString());
        Assert.Matches(@"^local\.[a-z2-7]{10}\.obstat\.internal\+[0-9a-f]{8}\+", json.GetProperty("logKey").GetString());
        foreach (var key in new[] { "root.pem", "head.key", "operator.pem", "local.pem" })
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_run.In($".obstat/keys/{key}")));
        }

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_run.In(".obstat")));
        Assert.Equal(0, _run.Obstat("config", "check").Code);
    }

    [Fact]
    public void Init_twice_overwrites_nothing()
    {
        Assert.Equal(0, _run.Obstat("init").Code);
        var before = File.ReadAllBytes(_run.In(".obstat/keys/root.pem"));
        var again = _run.Obstat("init", "--template", "developer");
        Assert.Equal(2, again.Code);
        Assert.Contains(".obstat", again.Error, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(_run.In(".obstat/keys/root.pem")));
        Assert.False(File.Exists(_run.In("policies/developer.cedar")));
    }

    [Theory]
    [InlineData(0, "--help")]
    [InlineData(0, "mcp", "--help")]
    [InlineData(0, "init", "--help")]
    [InlineData(0, "version")]
    [InlineData(0, "explain", "NotPermitted")]
    [InlineData(2, "config", "show")]
    [InlineData(0, "config", "schema")]
    [InlineData(2, "inti")]
    [InlineData(2, "status")]
    [InlineData(2, "up")]
    [InlineData(2, "explain", "Nothing")]
    [InlineData(2, "verify", "bundle.zip")]
    [InlineData(2, "verify", "bundle.zip", "--log-key", "x")]
    [InlineData(2, "verify", "bundle.zip", "--trust", "none.txt")]
    [InlineData(2, "check")]
    [InlineData(2, "export", "all", "--to", "b.zip")]
    [InlineData(2, "export", "7-3", "--to", "b.zip")]
    [InlineData(2, "decisions", "show", "x")]
    [InlineData(2, "identity", "token", "alice")]
    [InlineData(2, "mcp", "wrap", "files")]
    [InlineData(2, "config", "check", "--config", "none.json")]
    public void Exit_codes_without_an_installation(int code, params string[] words)
    {
        var result = _run.Obstat(words);
        Assert.Equal(code, result.Code);
        Assert.DoesNotContain('\u001b', result.Out + result.Error);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        if (code == 0)
        {
            Assert.Empty(result.Error);
        }
        else
        {
            Assert.Empty(result.Out);
            Assert.Matches("(?m)^  fix     .", result.Error);
        }
    }

    [Theory]
    [InlineData("status")]
    [InlineData("policy", "activate")]
    [InlineData("decisions", "list")]
    [InlineData("decisions", "show", "4")]
    [InlineData("explain", "4")]
    [InlineData("export", "all", "--to", "b.zip")]
    [InlineData("identity", "token", "alice", "--audience", "http://127.0.0.1:7073")]
    public void Without_a_plane_the_code_says_that_everything_refuses(params string[] words)
    {
        Assert.Equal(0, _run.Obstat("init").Code);
        var result = _run.Obstat(words);
        Assert.Equal(20, result.Code);
        Assert.Contains("error[PlaneUnavailable]", result.Error, StringComparison.Ordinal);
        Assert.Contains("refuse every new execution", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_run.In("b.zip")));
    }

    [Fact]
    public void A_server_is_pinned_by_explicit_approval_and_its_registration_keeps_the_files_comments()
    {
        Payments();
        var text = File.ReadAllText(_run.In("obstat.json"));
        Assert.Contains("// What this installation is", text, StringComparison.Ordinal);
        Assert.Equal("payments", Json("mcp", "list").GetProperty("servers")[0].GetProperty("name").GetString());
        var tools = Json("mcp", "show", "payments").GetProperty("tools");
        Assert.Equal(["history", "transfer"], tools.EnumerateArray().Select(t => t.GetProperty("name").GetString()));
        Assert.Equal(2, _run.Obstat("mcp", "add", "payments", "--approve", "all", "--", "sh", "x").Code);
        Assert.Equal(0, _run.Obstat("mcp", "remove", "payments").Code);
        Assert.Empty(Json("mcp", "list").GetProperty("servers").EnumerateArray());
        Assert.False(File.Exists(_run.In(".obstat/pins/payments.json")));
    }

    [Fact]
    public void Without_an_approval_and_a_terminal_nothing_is_pinned()
    {
        Assert.Equal(0, _run.Obstat("init").Code);
        var before = File.ReadAllText(_run.In("obstat.json"));
        var result = _run.ObstatWith("all\n", "mcp", "add", "payments", "--", "sh", _run.Listing(Transfer));
        Assert.Equal(2, result.Code);
        Assert.Contains("--approve all", result.Error, StringComparison.Ordinal);
        Assert.Contains("destructive", result.Error, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(_run.In("obstat.json")));
        Assert.Empty(Directory.GetFiles(_run.In(".obstat/pins")));
    }

    [Theory]
    [InlineData("twice", Transfer, Transfer)]
    [InlineData("has no tool")]
    [InlineData("names have 1 to 128", "{\"name\":\"tr\u0430nsfer\",\"inputSchema\":{\"type\":\"object\"}}")]
    [InlineData("without a name", "{\"inputSchema\":{\"type\":\"object\"}}")]
    public void A_listing_that_could_deceive_is_not_registered(string expected, params string[] tools)
    {
        Assert.Equal(0, _run.Obstat("init").Code);
        var result = _run.Obstat("mcp", "add", "s", "--approve", "all", "--", "sh", _run.Listing(tools));
        Assert.Equal(1, result.Code);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_run.In(".obstat/pins")));
    }

    [Theory]
    [InlineData("speaks revision", """{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2024-11-05","capabilities":{}}}""")]
    [InlineData("is no message", "hello")]
    [InlineData("is no message", """[{"jsonrpc":"2.0","id":1,"result":{}}]""")]
    [InlineData("answers initialize with an error", """{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"no"}}""")]
    public void A_server_that_does_not_keep_the_protocol_is_not_registered(string expected, string answer)
    {
        Assert.Equal(0, _run.Obstat("init").Code);
        var result = _run.Obstat("mcp", "add", "s", "--approve", "all", "--", "sh", _run.Server(answer));
        Assert.Equal(1, result.Code);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("it ended", "true")]
    [InlineData("cannot be started", "/no/such/program")]
    public void A_program_that_does_not_run_is_not_registered(string expected, string program)
    {
        Assert.Equal(0, _run.Obstat("init").Code);
        var result = _run.Obstat("mcp", "add", "s", "--approve", "all", "--", program);
        Assert.Equal(1, result.Code);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_definition_is_shown_as_changed_before_it_is_pinned_again()
    {
        Payments();
        _ = _run.Listing(Transfer.Replace("Moves money", "Moves all money", StringComparison.Ordinal), History);
        var result = _run.Obstat("mcp", "repin", "payments", "--approve", "all");
        Assert.Equal(0, result.Code);
        Assert.Matches("(?m)^transfer +CHANGED", result.Error);
        Assert.Matches("(?m)^history +same", result.Error);
    }

    [Fact]
    public void A_pin_that_somebody_changed_is_not_believed()
    {
        Payments();
        var pin = File.ReadAllText(_run.In(".obstat/pins/payments.json"));
        File.WriteAllText(_run.In(".obstat/pins/payments.json"), pin.Replace("\"payload\":\"e", "\"payload\":\"f", StringComparison.Ordinal));
        Assert.Equal(12, _run.Obstat("mcp", "show", "payments").Code);
        Assert.Equal(2, _run.Obstat("mcp", "repin", "payments", "--approve", "all").Code);
    }

    [Theory]
    [InlineData(0, "900.50", "local")]
    [InlineData(0, "1000", "local")]
    [InlineData(10, "1000.01", "local")]
    [InlineData(10, "12000", "local")]
    [InlineData(10, "5", "alice")]
    [InlineData(10, "\"5\"", "local")]
    public void Check_decides_under_the_payments_template_without_a_plane(int code, string amount, string who)
    {
        Payments();
        Assert.Equal(0, _run.Obstat("identity", "enrol", "alice").Code);
        File.WriteAllText(_run.In("r.json"), $$"""{ "as": "{{who}}", "server": "payments", "name": "transfer", "arguments": { "amount": {{amount}}, "to": "acct-7" }, } // a comment""");
        var result = _run.Obstat("check", "--request", "r.json");
        Assert.True(code == result.Code, result.Error);
        Assert.Equal(code == 0, result.Out.StartsWith("allowed: payments/transfer for Agent::local:uid:", StringComparison.Ordinal));
        if (code != 0)
        {
            Assert.Matches(amount == "\"5\"" ? @"denied\[Malformed\]" : @"denied\[NotPermitted\]", result.Error);
        }
    }

    [Theory]
    [InlineData("PolicyMissing", "")]
    [InlineData("PolicyInvalid", "permit(principal, action, resource")]
    [InlineData("PolicyInvalid", "permit(principal, action, resource);")]
    public void Check_under_a_folder_that_does_not_load_denies_and_says_which(string code, string policies)
    {
        Payments();
        _ = Directory.CreateDirectory(_run.In("draft"));
        if (policies.Length > 0)
        {
            File.WriteAllText(_run.In("draft/a.cedar"), policies);
        }

        File.WriteAllText(_run.In("r.json"), """{"server":"payments","name":"history","arguments":{}}""");
        var result = _run.Obstat("check", "--request", "r.json", "--policies", "draft");
        Assert.Equal(14, result.Code);
        Assert.Contains($"denied[{code}]", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_read_only_template_permits_what_was_marked_and_forbids_the_rest_by_name()
    {
        Assert.Equal(0, _run.Obstat("init").Code);
        Assert.Equal(0, _run.Obstat("mcp", "add", "my-bank", "--approve", "all", "--class", "history=read", "--", "sh", _run.Listing(Transfer, History)).Code);
        File.WriteAllText(_run.In("r.json"), """{"server":"my-bank","name":"history","arguments":{}}""");
        Assert.Equal(0, _run.Obstat("check", "--request", "r.json").Code);
        File.WriteAllText(_run.In("r.json"), """{"server":"my-bank","name":"transfer","arguments":{"amount":1,"to":"a"}}""");
        var result = _run.Obstat("check", "--request", "r.json");
        Assert.Equal(10, result.Code);
        Assert.Contains("denied[Forbidden]", result.Error, StringComparison.Ordinal);
        Assert.Contains("Only reading is permitted here.", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Enrolling_a_name_twice_keeps_the_first()
    {
        Assert.Equal(0, _run.Obstat("init").Code);
        Assert.Equal(0, _run.Obstat("identity", "enrol", "alice").Code);
        Assert.Equal(2, _run.Obstat("identity", "enrol", "alice").Code);
        Assert.Equal(2, _run.Obstat("identity", "enrol", "../alice").Code);
        Assert.Equal(2, _run.Obstat("identity", "enrol", "local").Code);
        Assert.Equal(["alice", "local"], Json("identity", "list").GetProperty("identities").EnumerateArray().Select(i => i.GetProperty("name").GetString()));
    }

    [Fact]
    public void A_key_that_others_can_read_proves_nothing()
    {
        Payments();
        File.SetUnixFileMode(_run.In(".obstat/keys/operator.pem"), UnixFileMode.UserRead | UnixFileMode.OtherRead);
        var result = _run.Obstat("mcp", "show", "payments");
        Assert.Equal(12, result.Code);
        Assert.Contains("can be read by others", result.Error, StringComparison.Ordinal);
    }
}
