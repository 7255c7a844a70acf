using System.Text.Json;
using System.Text.Json.Nodes;

namespace Obstat.Wire.Tests;

/// <summary><c>connect</c> and <c>doctor</c> where a gate runs: what holds is proved through the written command lines, and what was taken away is found.</summary>
public sealed class ConnectTests
{
    private const string Policies = """
        @id("connect") permit (principal, action in [Plane::Mcp::Action::"connect", Plane::Mcp::Action::"list"], resource);
        @id("history") permit (principal, action == payments::Action::"history", resource == Plane::Server::"payments");
        """;

    private const string ShellClosed = """{ "permissions": { "deny": ["Bash"] } }""";

    private static string[] Server => [PaymentsServer.Program, "--journal", "journal.jsonl"];

    [Fact]
    public async Task Fronts_are_proved_through_what_was_written_and_the_hook_says_what_policies_say()
    {
        await using var installation = await Installation.InitAsync("read-only");
        await ServeAsync(installation);
        var folder = installation.Folder;
        var (servers, settings) = (Path.Combine(folder, ".mcp.json"), Path.Combine(folder, ".claude", "settings.json"));
        await WriteAsync(settings, ShellClosed);

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

        await WriteAsync(settings, (await File.ReadAllTextAsync(settings)).Replace("\"Bash\"", "\"WebFetch\"", StringComparison.Ordinal));
        Assert.Contains("shell that is not sandboxed", (await RunAsync("doctor")).MustExit(15).Output, StringComparison.Ordinal);
        await WriteAsync(settings, (await File.ReadAllTextAsync(settings)).Replace("\"WebFetch\"", "\"Bash\"", StringComparison.Ordinal));

        _ = (await RunAsync("doctor")).MustExit(0);
        await installation.DownAsync();
        Assert.Equal(2, (await HookAsync("history", "{}")).Exit);
        _ = (await RunAsync("connect", "claude-code", "--undo")).MustExit(0);
        Assert.False(File.Exists(servers));
        Assert.Equal(ShellClosed, await File.ReadAllTextAsync(settings));

        Task<Ran> RunAsync(params string[] words) => Ran.ProgramAsync(folder, EnvironmentOf(folder), Installation.Program, words);

        Task<Ran> HookAsync(string tool, string arguments)
            => Ran.ProgramAsync(folder, EnvironmentOf(folder), "sh", "-c", $"printf '%s' '{{\"hook_event_name\":\"PreToolUse\",\"tool_name\":\"mcp__payments__{tool}\",\"tool_input\":{arguments}}}' | {line}");
    }

    /// <summary>Each fault alone: doctor names that fault and no other, and the fix that it names mends it. At the end undo gives back every byte. A host without a hook (null) has no member that makes a failing hook block; the other faults are its own too.</summary>
    [Theory]
    [InlineData("claude-code", "Claude Code", ".mcp.json", "mcpServers", ".claude/settings.json", "hooks/PreToolUse/0/hooks/0", "onFailure", "\"continue\"")]
    [InlineData("cursor", "Cursor", ".cursor/mcp.json", "mcpServers", ".cursor/hooks.json", "hooks/beforeMCPExecution/0", "failClosed", "false")]
    [InlineData("vscode", "VS Code", ".vscode/mcp.json", "servers", null, null, null, null)]
    public async Task Doctor_finds_a_hook_that_fails_open_a_command_unwrapped_and_a_program_that_passes_everything_through(
        string host, string title, string servers, string at, string? hooks, string? hook, string? failClosed, string? failsOpen)
    {
        await using var installation = await Installation.InitAsync("read-only");
        await ServeAsync(installation);
        var folder = installation.Folder;
        (string Path, string Text)[] given =
        [
            (Path.Combine(folder, servers), $$"""{"{{at}}":   {} }"""),
            .. hooks is null ? Array.Empty<(string, string)>() : [(Path.Combine(folder, hooks), host == "claude-code" ? ShellClosed : "{\"version\":1}\r\n")],
        ];
        foreach (var (path, text) in given)
        {
            await WriteAsync(path, text);
        }

        // It takes the same words and passes everything through; it refuses a tool that nobody has, as any server does.
        var through = Path.Combine(folder, "obstat-like");
        await WriteAsync(through, $"#!/bin/sh\nexec '{string.Join("' '", Server)}'\n");
        _ = (await Ran.ProgramAsync(folder, EnvironmentOf(folder), "chmod", "500", through)).MustExit(0);

        _ = (await RunAsync("connect", host)).MustExit(0);
        var (front, itsHook) = ($"{title}: payments (project)", $"{title}: hook");
        var findings = FindingsOf((await RunAsync("doctor", "--output", "json")).MustExit(0));
        Assert.Equal("proved", findings.Single(f => f.What == front).State);
        Assert.Equal(hooks is null ? [] : ["proved"], findings.Where(f => f.What == itsHook).Select(f => f.State));

        await OpenAsync(servers, f => (Front(f)["command"], Front(f)["args"]) = (Server[0], new JsonArray([.. Server[1..].Select(a => (JsonNode)a)])), front, "goes past the gate");
        await OpenAsync(servers, f => Front(f)["command"] = through, front, "the ledger does not know of it");
        if (hooks is not null)
        {
            await OpenAsync(hooks, f => Hook(f).Remove(failClosed!), itsHook, "lets the call through");
            await OpenAsync(hooks, f => Hook(f)[failClosed!] = JsonNode.Parse(failsOpen!), itsHook, "lets the call through");
            await OpenAsync(hooks, f => Hook(f)["command"] = $"true {Hook(f)["command"]}", itsHook, "does not block");

            // One more of ours that would not block, behind the one that does.
            await OpenAsync(hooks, f => List(f).Add(JsonNode.Parse(List(f)[0]!.ToJsonString().Replace("\"command\":\"", "\"command\":\"true ", StringComparison.Ordinal))), itsHook, "does not block");
        }

        _ = (await RunAsync("doctor")).MustExit(0);
        Assert.Equal("restored", (await RunAsync("connect", host, "--undo")).MustExit(0).Output[.."restored".Length]);
        Assert.Equal(given.Select(g => g.Text), await Task.WhenAll(given.Select(g => File.ReadAllTextAsync(g.Path))));

        Task<Ran> RunAsync(params string[] words) => Ran.ProgramAsync(folder, EnvironmentOf(folder), Installation.Program, words);

        JsonObject Front(JsonNode file) => file[at]!["payments"]!.AsObject();

        JsonObject Hook(JsonNode file) => hook!.Split('/').Aggregate(file, (n, s) => int.TryParse(s, out var index) ? n[index]! : n[s]!).AsObject();

        JsonArray List(JsonNode file) => hook!.Split('/')[..2].Aggregate(file, (n, s) => n[s]!).AsArray();

        async Task OpenAsync(string file, Action<JsonNode> change, string what, string says)
        {
            var path = Path.Combine(folder, file);
            var before = await File.ReadAllTextAsync(path);
            var (was, changed) = (JsonNode.Parse(before)!, JsonNode.Parse(before)!);
            change(changed);
            Assert.False(JsonNode.DeepEquals(was, changed));
            await WriteAsync(path, changed.ToJsonString());
            var open = Assert.Single(FindingsOf((await RunAsync("doctor", "--output", "json")).MustExit(15)), f => f.State == "open");
            Assert.Equal(what, open.What);
            Assert.Contains(says, open.Detail, StringComparison.Ordinal);
            Assert.StartsWith("obstat ", open.Fix, StringComparison.Ordinal);
            _ = (await RunAsync(open.Fix.Split(' ')[1..])).MustExit(0);
            Assert.True(JsonNode.DeepEquals(was, JsonNode.Parse(await File.ReadAllTextAsync(path))), await File.ReadAllTextAsync(path));
        }
    }

    /// <summary>Starts the plane, with the payments server behind its gate.</summary>
    private static async Task ServeAsync(Installation installation)
    {
        _ = (await installation.RunAsync(["mcp", "add", "payments", "--approve", "all", "--", .. Server])).MustExit(0);
        await installation.PoliciesAsync(Policies);
        await installation.UpAsync();
    }

    private static Dictionary<string, string> EnvironmentOf(string folder)
        => new(StringComparer.Ordinal) { ["HOME"] = Directory.CreateDirectory(Path.Combine(folder, "home")).FullName, ["NO_COLOR"] = "1" };

    private static Task WriteAsync(string path, string text)
    {
        _ = Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return File.WriteAllTextAsync(path, text);
    }

    private static (string State, string What, string Detail, string Fix)[] FindingsOf(Ran doctor)
        => [.. doctor.Json.GetProperty("findings").EnumerateArray()
            .Select(f => (f.GetProperty("state").GetString()!, f.GetProperty("what").GetString()!, f.GetProperty("detail").GetString()!, f.GetProperty("fix").GetString() ?? ""))];
}
