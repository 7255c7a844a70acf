using System.Diagnostics;
using System.Text.Json;

namespace Obstat.Wire.Tests;

/// <summary>A floating command through the built programs: resolved once, and its copy looked at before each start of a child, so that one that was changed while the gateway runs does not start.</summary>
public sealed class PackageTests
{
    private const string Server = """
        #!/usr/bin/env node
        const lines = require('readline').createInterface({ input: process.stdin });
        lines.on('line', line => {
          const m = JSON.parse(line);
          if (m.method === 'initialize') say(m.id, { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 's', version: '1' } });
          else if (m.method === 'tools/list') say(m.id, { tools: [{ name: 'look', description: 'looks', inputSchema: { type: 'object' } }] });
          else if (m.method === 'tools/call') say(m.id, { content: [{ type: 'text', text: require('./words.js') }] });
          else if (m.id !== undefined) process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id: m.id, error: { code: -32601, message: 'no' } }) + '\n');
        });
        function say(id, result) { process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, result }) + '\n'); }
        """;

    [Fact]
    public async Task A_package_that_is_changed_while_the_gateway_runs_does_not_start_again_and_what_runs_goes_on()
    {
        Assert.SkipUnless(Has("npm") && Has("node"), "npm or node is not in PATH");
        await using var installation = await Installation.InitAsync("read-only");
        var added = await installation.RunAsync("mcp", "add", "looks", "--approve", "all", "--", "npx", "-y", await PackAsync(installation.Folder));
        Assert.Contains("stored  npm:looks@1.2.3 sha512-", added.MustExit(0).Errors, StringComparison.Ordinal);
        await installation.PoliciesAsync("""@id("all") permit (principal, action, resource);""");
        await installation.UpAsync();
        await using var running = await installation.WrapAsync("looks");
        Assert.Equal("as packed", Text(await running.CallAsync("look")));

        var words = Directory.GetFiles(Path.Combine(installation.Folder, ".obstat", "packages"), "words.js", SearchOption.AllDirectories).Single();
        await File.WriteAllTextAsync(words, (await File.ReadAllTextAsync(words)).Replace("as packed", "something else", StringComparison.Ordinal));
        await using (var next = await installation.WrapAsync("looks"))
        {
            Assert.False(next.Connected);
            Assert.Contains("AttestationBroken", next.Greeting.ToString(), StringComparison.Ordinal);
        }

        Assert.Equal("as packed", Text(await running.CallAsync("look")));
        Assert.Contains("looks is not started: ", installation.Said, StringComparison.Ordinal);
        Assert.Contains("package of looks", (await installation.RunAsync("doctor")).MustExit(15).Output, StringComparison.Ordinal);
    }

    private static string? Text(JsonElement answer) => answer.GetProperty("content")[0].GetProperty("text").GetString();

    private static bool Has(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(f => File.Exists(Path.Combine(f, program)));

    private static async Task<string> PackAsync(string folder)
    {
        var source = Directory.CreateDirectory(Path.Combine(folder, "source")).FullName;
        await File.WriteAllTextAsync(Path.Combine(source, "package.json"), """{"name":"looks","version":"1.2.3","bin":"server.js"}""");
        await File.WriteAllTextAsync(Path.Combine(source, "server.js"), Server);
        await File.WriteAllTextAsync(Path.Combine(source, "words.js"), "module.exports = 'as packed';\n");
        using var pack = Process.Start(new ProcessStartInfo("npm", ["pack", "--silent"]) { WorkingDirectory = source, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var made = (await pack.StandardOutput.ReadToEndAsync()).Trim();
        await pack.WaitForExitAsync();
        return Path.Combine(source, made);
    }
}
