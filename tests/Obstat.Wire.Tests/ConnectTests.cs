using System.Text.Json;

namespace Obstat.Wire.Tests;

/// <summary><c>connect</c> and <c>doctor</c> where a gate runs: what holds is proved through the written command lines, and what was taken away is found.</summary>
public sealed class ConnectTests
{
    private const string Policies = """
        @id("connect") permit (principal, action in [Plane::Mcp::Action::"connect", Plane::Mcp::Action::"list"], resource);
        @id("history") permit (principal, action == payments::Action::"history", resource == Plane::Server::"payments");
        """;

    [Fact]
    public async Task Fronts_are_proved_through_what_was_written_and_each_way_round_is_found()
    {
        await using var installation = await Installation.InitAsync("read-only");
        var program = PaymentsServer.Program;
        _ = (await installation.RunAsync("mcp", "add", "payments", "--approve", "all", "--", program, "--journal", "journal.jsonl")).MustExit(0);
        await installation.PoliciesAsync(Policies);
        await installation.UpAsync();
        var folder = installation.Folder;
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["HOME"] = Directory.CreateDirectory(Path.Combine(folder, "home")).FullName, ["NO_COLOR"] = "1" };
        _ = Directory.CreateDirectory(Path.Combine(folder, ".claude"));
        var (servers, settings) = (Path.Combine(folder, ".mcp.json"), Path.Combine(folder, ".claude", "settings.json"));
        await File.WriteAllTextAsync(settings, """{ "permissions": { "deny": ["Bash"] } }""");

        var connected = await RunAsync("connect", "claude-code", "--output", "json");
        Assert.Equal(["configured", "proved", "proved"], connected.MustExit(0).Json.GetProperty("findings").EnumerateArray().Where(f => f.GetProperty("what").GetString() is "Claude Code: payments (project)" or "Claude Code: hook" or "Claude Code: shell tool")
            .Select(f => f.GetProperty("state").GetString()).Order(StringComparer.Ordinal));
        _ = (await RunAsync("doctor")).MustExit(0);
        Assert.Contains("MCP gateway over stdio, in Claude Code", (await RunAsync("coverage")).MustExit(0).Output, StringComparison.Ordinal);

        // The hook says what the policies say; the gate behind it decides.
        var line = JsonDocument.Parse(await File.ReadAllTextAsync(settings)).RootElement.GetProperty("hooks").GetProperty("PreToolUse")[0].GetProperty("hooks")[0].GetProperty("command").GetString()!;
        Assert.Equal(0, (await HookAsync("history", "{}")).Exit);
        var refused = await HookAsync("transfer", """{"amount":1,"currency":"EUR","to":"acct-7","note":"n"}""");
        Assert.Equal(2, refused.Exit);
        Assert.Contains("NotPermitted", refused.Errors, StringComparison.Ordinal);

        await OpenAsync(settings, t => t.Replace(",\"onFailure\":\"block\"", "", StringComparison.Ordinal).Replace("\"onFailure\":\"block\"", "\"onFailure\":\"continue\"", StringComparison.Ordinal), "lets the call through");
        await OpenAsync(settings, t => t.Replace(" hook claude-code", " hook claude-code --help", StringComparison.Ordinal), "does not block");
        await OpenAsync(settings, t => t.Replace("\"Bash\"", "\"WebFetch\"", StringComparison.Ordinal), "shell that is not sandboxed");
        await OpenAsync(servers, _ => JsonSerializer.Serialize(new { mcpServers = new { payments = new { command = program, args = new[] { "--journal", "journal.jsonl" } } } }), "goes past the gate");

        // Something that takes the same words and passes everything through: it refuses a tool that nobody has, as any server does.
        var through = Path.Combine(folder, "obstat-like");
        await File.WriteAllTextAsync(through, $"#!/bin/sh\nexec '{program}' --journal journal.jsonl\n");
        using (var chmod = System.Diagnostics.Process.Start("chmod", ["500", through]))
        {
            await chmod.WaitForExitAsync();
        }

        await OpenAsync(servers, _ => JsonSerializer.Serialize(new { mcpServers = new { payments = new { command = through, args = new[] { "mcp", "wrap", "payments", "--config", "obstat.json" } } } }), "not");

        _ = (await RunAsync("doctor")).MustExit(0);
        await installation.DownAsync();
        Assert.Equal(2, (await HookAsync("history", "{}")).Exit);
        _ = (await RunAsync("connect", "claude-code", "--undo")).MustExit(0);
        Assert.False(File.Exists(servers));
        Assert.Equal("""{ "permissions": { "deny": ["Bash"] } }""", await File.ReadAllTextAsync(settings));

        Task<Ran> RunAsync(params string[] words) => Ran.ProgramAsync(folder, environment, Installation.Program, words);

        Task<Ran> HookAsync(string tool, string arguments)
            => Ran.ProgramAsync(folder, environment, "sh", "-c", $"printf '%s' '{{\"hook_event_name\":\"PreToolUse\",\"tool_name\":\"mcp__payments__{tool}\",\"tool_input\":{arguments}}}' | {line}");

        async Task OpenAsync(string file, Func<string, string> change, string says)
        {
            var before = await File.ReadAllTextAsync(file);
            var changed = change(before);
            Assert.NotEqual(before, changed);
            await File.WriteAllTextAsync(file, changed);
            var run = await RunAsync("doctor");
            Assert.Contains(says, run.MustExit(15).Output, StringComparison.Ordinal);
            await File.WriteAllTextAsync(file, before);
        }
    }
}
