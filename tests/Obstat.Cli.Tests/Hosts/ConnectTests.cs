using System.Text;

namespace Obstat.Cli.Tests.Hosts;

/// <summary><c>connect</c> on files as hosts keep them. That a front holds is proved where a gate runs; here it is what stands in the files.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class ConnectTests
{
    private static readonly (string Path, string Text)[] Claude = [(".mcp.json", HostFixture.Claude), (".claude/settings.json", HostFixture.ClaudeSettings)];
    private static readonly (string Path, string Text)[] Cursor = [(".cursor/mcp.json", HostFixture.Cursor), (".cursor/hooks.json", HostFixture.CursorHooks)];
    private static readonly (string Path, string Text)[] Code = [(".vscode/mcp.json", HostFixture.Code)];

    private static (string Path, string Text)[] FilesOf(string host) => host switch { "claude-code" => Claude, "cursor" => Cursor, _ => Code };

    private static string[] FrontOf(HostFixture fixture, string file, string at)
    {
        var entry = fixture.Json(file).GetProperty(at).GetProperty("files");
        return [entry.GetProperty("command").GetString()!, .. entry.GetProperty("args").EnumerateArray().Select(a => a.GetString()!)];
    }

    [Theory]
    [InlineData("claude-code", ".mcp.json", "mcpServers")]
    [InlineData("cursor", ".cursor/mcp.json", "mcpServers")]
    [InlineData("vscode", ".vscode/mcp.json", "servers")]
    public void Each_registered_server_gets_a_front_and_everything_else_stays(string host, string file, string at)
    {
        using var fixture = new HostFixture(FilesOf(host));
        var run = fixture.Obstat("connect", host);
        Assert.Contains("--- ", run.Error, StringComparison.Ordinal);
        Assert.Contains("\n+", run.Error, StringComparison.Ordinal);
        var front = FrontOf(fixture, file, at);
        Assert.Equal(["mcp", "wrap", "files", "--config", fixture.In("obstat.json")], front[^5..]);
        Assert.True(Path.IsPathRooted(front[0]), front[0]);

        // Every line of before but those of the entry that was replaced is there still.
        var after = File.ReadAllText(fixture.In(file));
        Assert.Empty(FilesOf(host)[0].Text.Split('\n').Where(l => !l.Contains("npx", StringComparison.Ordinal) && !l.Contains("server-filesystem", StringComparison.Ordinal)).Where(l => !after.Contains(l.TrimEnd(), StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("claude-code")]
    [InlineData("cursor")]
    [InlineData("vscode")]
    public void A_second_run_changes_no_byte_and_undo_gives_back_every_byte(string host)
    {
        using var fixture = new HostFixture(FilesOf(host));
        _ = fixture.Obstat("connect", host);
        var once = FilesOf(host).Select(f => fixture.Bytes(f.Path)).ToArray();
        Assert.StartsWith("unchanged", fixture.Obstat("connect", host).Out, StringComparison.Ordinal);
        Assert.Equal(once, FilesOf(host).Select(f => fixture.Bytes(f.Path)));

        // With one more server, the bytes of before the first run are still those that come back.
        Assert.Equal(0, fixture.Obstat("mcp", "add", "more", "--approve", "all", "--", "sh", fixture.In("server.sh")).Code);
        _ = fixture.Obstat("connect", host);
        Assert.NotEqual(once[0], fixture.Bytes(FilesOf(host)[0].Path));
        var undone = fixture.Obstat("connect", host, "--undo");
        Assert.True(undone.Code == 0, undone.Error);
        Assert.Equal(FilesOf(host).Select(f => Encoding.UTF8.GetBytes(f.Text)), FilesOf(host).Select(f => fixture.Bytes(f.Path)));
        Assert.StartsWith("nothing was written", fixture.Obstat("connect", host, "--undo").Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("claude-code", ".mcp.json", ".claude/settings.json")]
    [InlineData("cursor", ".cursor/mcp.json", ".cursor/hooks.json")]
    [InlineData("vscode", ".vscode/mcp.json", ".vscode/mcp.json")]
    public void Files_that_were_not_there_are_made_as_strict_JSON_and_undone(string host, params string[] files)
    {
        using var fixture = new HostFixture();
        _ = fixture.Obstat("connect", host);
        foreach (var file in files)
        {
            using var strict = System.Text.Json.JsonDocument.Parse(fixture.Bytes(file));
        }

        Assert.Equal(0, fixture.Obstat("connect", host, "--undo").Code);
        Assert.DoesNotContain(files, f => File.Exists(fixture.In(f)));
    }

    [Fact]
    public void A_hook_is_written_with_its_fail_closed_member_beside_those_of_others()
    {
        using var fixture = new HostFixture([.. Claude, .. Cursor]);
        _ = fixture.Obstat("connect", "claude-code");
        _ = fixture.Obstat("connect", "cursor");
        var claude = fixture.Json(".claude/settings.json").GetProperty("hooks").GetProperty("PreToolUse").EnumerateArray().ToArray();
        Assert.Equal("./lint.sh", claude[0].GetProperty("hooks")[0].GetProperty("command").GetString());
        Assert.Equal("block", claude[1].GetProperty("hooks")[0].GetProperty("onFailure").GetString());
        Assert.EndsWith($"hook claude-code --config {fixture.In("obstat.json")}", claude[1].GetProperty("hooks")[0].GetProperty("command").GetString(), StringComparison.Ordinal);
        var cursor = fixture.Json(".cursor/hooks.json").GetProperty("hooks");
        Assert.True(cursor.GetProperty("beforeMCPExecution")[0].GetProperty("failClosed").GetBoolean());
        Assert.Equal("./audit.sh", cursor.GetProperty("beforeShellExecution")[0].GetProperty("command").GetString());
    }

    /// <summary>Each row: what stands in the written file, and what it is altered to.</summary>
    [Theory]
    [InlineData("claude-code", ".claude/settings.json", "\"onFailure\":\"block\"", "\"onFailure\":\"continue\"", ",\"onFailure\":\"block\"", "", " hook claude-code --config ", " hook claude-code || true # --config ", "mcp__.*", "mcp__none")]
    [InlineData("cursor", ".cursor/hooks.json", "\"failClosed\": true,\n", "\"failClosed\": false,\n", " hook cursor", "  hook cursor  --help", " hook cursor --config", "x hook cursor --config")]
    public void A_hook_of_ours_that_was_altered_is_written_again_in_its_place_and_none_twice_and_undo_gives_back_every_byte(string host, string file, params string[] alterations)
    {
        using var fixture = new HostFixture(FilesOf(host));
        _ = fixture.Obstat("connect", host);
        var written = File.ReadAllText(fixture.In(file));
        foreach (var change in alterations.Chunk(2))
        {
            Assert.Contains(change[0], written, StringComparison.Ordinal);
            fixture.Write(file, written.Replace(change[0], change[1], StringComparison.Ordinal));
            _ = fixture.Obstat("connect", host);
            Assert.Equal(written, File.ReadAllText(fixture.In(file)));
        }

        Assert.Equal(0, fixture.Obstat("connect", host, "--undo").Code);
        Assert.Equal(FilesOf(host).Select(f => f.Text), FilesOf(host).Select(f => File.ReadAllText(fixture.In(f.Path))));
    }

    [Fact]
    public void Doctor_finds_a_hook_of_ours_that_no_longer_matches_the_calls_it_was_written_for()
    {
        using var fixture = new HostFixture(Claude);
        _ = fixture.Obstat("connect", "claude-code");
        fixture.Write(".claude/settings.json", File.ReadAllText(fixture.In(".claude/settings.json")).Replace("mcp__.*", "mcp__none", StringComparison.Ordinal));
        var run = fixture.Obstat("doctor", "--output", "json");
        Assert.Equal(15, run.Code);
        var hook = System.Text.Json.JsonDocument.Parse(run.Out).RootElement.GetProperty("findings").EnumerateArray().Single(f => f.GetProperty("what").GetString() == "Claude Code: hook");
        Assert.StartsWith("altered: ", hook.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal("obstat connect claude-code", hook.GetProperty("fix").GetString());
    }

    [Fact]
    public void A_hook_of_others_that_was_put_beside_ours_stays_and_one_that_only_has_our_words_is_theirs()
    {
        using var fixture = new HostFixture(Claude);
        _ = fixture.Obstat("connect", "claude-code");
        var written = File.ReadAllText(fixture.In(".claude/settings.json"));
        fixture.Write(".claude/settings.json", written.Replace("\"timeout\":30,\"type\":\"command\"}", "\"timeout\":30,\"type\":\"command\"},{\"type\":\"command\",\"command\":\"./audit.sh hook claude-code\"}", StringComparison.Ordinal));
        _ = fixture.Obstat("connect", "claude-code");
        var hooks = fixture.Json(".claude/settings.json").GetProperty("hooks").GetProperty("PreToolUse").EnumerateArray().Select(i => i.GetProperty("hooks").EnumerateArray().Select(c => c.GetProperty("command").GetString()!).ToArray()).ToArray();
        Assert.Equal(3, hooks.Length);
        Assert.Equal((string[])["./audit.sh hook claude-code"], hooks[1]);
        Assert.Contains("obstat", Assert.Single(hooks[2]), StringComparison.Ordinal);
    }

    [Fact]
    public void What_people_added_since_is_not_given_away_for_the_bytes_of_before()
    {
        using var fixture = new HostFixture(Cursor);
        _ = fixture.Obstat("connect", "cursor");
        fixture.Write(".cursor/hooks.json", File.ReadAllText(fixture.In(".cursor/hooks.json")).Replace("./audit.sh", "./mine.sh", StringComparison.Ordinal).Replace("\"failClosed\": true,\n", "\"failClosed\": false,\n", StringComparison.Ordinal));
        _ = fixture.Obstat("connect", "cursor");
        Assert.Equal(0, fixture.Obstat("connect", "cursor", "--undo").Code);
        Assert.Equal("./mine.sh", fixture.Json(".cursor/hooks.json").GetProperty("hooks").GetProperty("beforeShellExecution")[0].GetProperty("command").GetString());
    }

    [Theory]
    [InlineData("claude-code", "claude", "2.1.294 (Claude Code)", "2.1.295")]
    [InlineData("cursor", "cursor", "1.7.44\nabc\nx64", "2.0.77")]
    [InlineData("vscode", "code", "1.99.3\nabc\nx64", "1.102.0")]
    public void A_host_that_is_too_old_is_refused_and_nothing_is_written(string host, string program, string version, string minimum)
    {
        using var fixture = new HostFixture(FilesOf(host));
        fixture.Version(program, version);
        var run = fixture.Obstat("connect", host);
        Assert.Equal(2, run.Code);
        Assert.Contains($"expected at least {minimum}", run.Error, StringComparison.Ordinal);
        Assert.Matches("(?m)^  fix     .", run.Error);
        Assert.Equal(FilesOf(host).Select(f => Encoding.UTF8.GetBytes(f.Text)), FilesOf(host).Select(f => fixture.Bytes(f.Path)));
    }

    [Fact]
    public void Undo_leaves_a_file_that_was_changed_since_and_says_so()
    {
        using var fixture = new HostFixture(Code);
        _ = fixture.Obstat("connect", "vscode");
        File.AppendAllText(fixture.In(".vscode/mcp.json"), "\n// mine\n");
        var before = fixture.Bytes(".vscode/mcp.json");
        var run = fixture.Obstat("connect", "vscode", "--undo");
        Assert.Equal(1, run.Code);
        Assert.Contains("changed since", run.Error, StringComparison.Ordinal);
        Assert.Equal(before, fixture.Bytes(".vscode/mcp.json"));
    }

    [Theory]
    [InlineData("{ \"mcpServers\": [")]
    [InlineData("[]")]
    [InlineData("{ \"mcpServers\": {}, \"mcpServers\": {} }")]
    public void A_file_that_is_not_understood_is_not_touched(string text)
    {
        using var fixture = new HostFixture((".mcp.json", text));
        var run = fixture.Obstat("connect", "claude-code");
        Assert.Equal(2, run.Code);
        Assert.Contains(".mcp.json", run.Error, StringComparison.Ordinal);
        Assert.Equal(Encoding.UTF8.GetBytes(text), fixture.Bytes(".mcp.json"));
        Assert.False(File.Exists(fixture.In(".claude/settings.json")));
    }

    [Fact]
    public void A_dry_run_shows_the_change_and_makes_none()
    {
        using var fixture = new HostFixture(Claude);
        var run = fixture.Obstat("connect", "claude-code", "--dry-run");
        Assert.Equal(0, run.Code);
        Assert.Contains("would write", run.Out, StringComparison.Ordinal);
        Assert.Equal(HostFixture.Claude, File.ReadAllText(fixture.In(".mcp.json")));
        Assert.False(Directory.Exists(fixture.In(".obstat/connect")));
    }

    [Theory]
    [InlineData("claude")]
    [InlineData("emacs")]
    public void An_unknown_host_is_a_usage_error_that_names_the_known(string host)
    {
        using var fixture = new HostFixture();
        var run = fixture.Obstat("connect", host);
        Assert.Equal(2, run.Code);
        Assert.Contains("claude-code, cursor, vscode", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Doctor_finds_every_server_that_goes_past_the_gate_in_every_scope()
    {
        using var fixture = new HostFixture((".mcp.json", HostFixture.Claude), (".vscode/mcp.json", HostFixture.Code));
        fixture.Write("home/.claude.json", """{"numStartups": 7, "cost": 0.25, "mcpServers": {"mine": {"command": "node", "args": ["x.js"]}}, "projects": {"FOLDER": {"mcpServers": {"local": {"command": "sh"}}}}}""".Replace("FOLDER", fixture.Folder, StringComparison.Ordinal));
        fixture.Write("home/.cursor/mcp.json", """{"mcpServers": {"far": {"url": "https://far.example/mcp"}}}""");
        var run = fixture.Obstat("doctor", "--output", "json");
        Assert.Equal(15, run.Code);
        var open = System.Text.Json.JsonDocument.Parse(run.Out).RootElement.GetProperty("findings").EnumerateArray().Where(f => f.GetProperty("state").GetString() == "open").ToArray();
        foreach (var name in new[] { "github", "files", "docs", "mine", "local", "far" })
        {
            Assert.Contains(open, f => f.GetProperty("what").GetString()!.Contains(": " + name, StringComparison.Ordinal));
        }

        Assert.All(open, f => Assert.NotEqual(System.Text.Json.JsonValueKind.Null, f.GetProperty("fix").ValueKind));
    }

    [Theory]
    [InlineData("claude-code", "")]
    [InlineData("claude-code", "{")]
    [InlineData("claude-code", "{\"hook_event_name\":\"PostToolUse\",\"tool_name\":\"mcp__files__look\"}")]
    [InlineData("claude-code", "{\"hook_event_name\":\"PreToolUse\"}")]
    [InlineData("claude-code", "{\"hook_event_name\":\"PreToolUse\",\"tool_name\":\"mcp__other__look\",\"tool_input\":{}}")]
    [InlineData("claude-code", "{\"hook_event_name\":\"PreToolUse\",\"tool_name\":\"mcp__files__look\",\"tool_input\":{}}")]
    [InlineData("cursor", "{\"hook_event_name\":\"beforeMCPExecution\",\"tool_name\":\"MCP:files:look\",\"tool_input\":\"{}\"}")]
    [InlineData("cursor", "{\"hook_event_name\":\"beforeMCPExecution\",\"tool_name\":\"look\"}")]
    [InlineData("emacs", "{}")]
    public void A_hook_blocks_what_it_does_not_understand_and_everything_while_no_gate_runs(string host, string told)
    {
        using var fixture = new HostFixture();
        var run = fixture.ObstatWith(told, "hook", host);
        Assert.Equal(2, run.Code);
        Assert.NotEmpty(run.Error);
    }

    [Fact]
    public void A_hook_has_no_word_on_the_hosts_own_tools()
    {
        using var fixture = new HostFixture();
        var run = fixture.ObstatWith("""{"hook_event_name":"PreToolUse","tool_name":"Read","tool_input":{"file_path":"/x"}}""", "hook", "claude-code");
        Assert.Equal((0, "", ""), (run.Code, run.Out, run.Error));
    }
}
