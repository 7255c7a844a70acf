using System.Diagnostics;
using System.Text.RegularExpressions;
using Obstat.Cli.Pinning;
using Obstat.Settings;

namespace Obstat.Cli.Tests.Pinning;

/// <summary>Floating commands are resolved once, to bytes that are named by their digest, or refused.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed partial class PackageTests : IDisposable
{
    private const string Server = """
        #!/usr/bin/env node
        const lines = require('readline').createInterface({ input: process.stdin });
        lines.on('line', line => {
          const m = JSON.parse(line);
          if (m.method === 'initialize') say(m.id, { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 's', version: '1' } });
          if (m.method === 'tools/list') say(m.id, { tools: [{ name: 'look', description: 'DESCRIPTION', inputSchema: { type: 'object' } }] });
        });
        function say(id, result) { process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, result }) + '\n'); }
        """;

    private readonly Running _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void An_npx_command_becomes_a_stored_package_and_a_changed_byte_of_it_is_refused()
    {
        Assert.SkipUnless(Has("npm") && Has("node"), "npm or node is not in PATH");
        var archive = Pack("looks");
        Assert.Equal(0, _run.Obstat("init").Code);
        var added = _run.Obstat("mcp", "add", "looks", "--approve", "all", "--", "npx", "-y", archive, "here");
        Assert.True(added.Code == 0, added.Error);
        Assert.Matches("stored  npm:looks@1\\.2\\.3 sha512-.*sha256:[0-9a-f]{64}", added.Error);
        var settings = File.ReadAllText(_run.In("obstat.json"));
        var stored = Stored().Match(settings);
        Assert.True(stored.Success, settings);
        Assert.DoesNotContain("npx", settings, StringComparison.Ordinal);
        var folder = Path.Combine(_run.In(".obstat/packages"), stored.Groups[1].Value);
        Assert.Equal(stored.Groups[1].Value, PackageStore.DigestOf(folder));
        Assert.Equal(0, _run.Obstat("mcp", "repin", "looks", "--approve", "all").Code);

        // The same archive again is the same folder; the file that was added is seen, and one that was changed.
        var program = Path.Combine(folder, "node_modules", "looks", "server.js");
        File.WriteAllText(Path.Combine(folder, "node_modules", "extra.js"), "1");
        Refused();
        File.Delete(Path.Combine(folder, "node_modules", "extra.js"));
        Assert.Equal(0, _run.Obstat("mcp", "repin", "looks", "--approve", "all").Code);
        File.WriteAllText(program, File.ReadAllText(program) + " ");
        Refused();

        void Refused()
        {
            var run = _run.Obstat("mcp", "repin", "looks", "--approve", "all");
            Assert.Equal(1, run.Code);
            Assert.Contains("was changed, added or removed", run.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_repin_shows_what_changed_by_its_place_in_the_definition()
    {
        Assert.Equal(0, _run.Obstat("init").Code);
        const string before = """{"name":"a","description":"reads","inputSchema":{"type":"object","properties":{"x":{"type":"string"}}}}""";
        var added = _run.Obstat("mcp", "add", "s", "--approve", "all", "--", "sh", _run.Listing(before, """{"name":"b","inputSchema":{"type":"object"}}"""));
        Assert.True(added.Code == 0, added.Error);
        _ = _run.Listing(before.Replace("reads", "reads and sends", StringComparison.Ordinal).Replace("\"string\"", "\"integer\"", StringComparison.Ordinal), """{"name":"c","inputSchema":{"type":"object"}}""");
        var run = _run.Obstat("mcp", "repin", "s");
        Assert.Equal(2, run.Code);
        Assert.Contains("changed  a /description: \"reads\" -> \"reads and sends\"", run.Error, StringComparison.Ordinal);
        Assert.Contains("changed  a /inputSchema/properties/x/type: \"string\" -> \"integer\"", run.Error, StringComparison.Ordinal);
        Assert.Contains("gone     b", run.Error, StringComparison.Ordinal);
        Assert.Contains("new      c", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("npx", "-y", "pkg", "x")]
    [InlineData("npx", "--", "pkg", "x")]
    [InlineData("npm", "exec", "-y", "pkg", "x")]
    [InlineData("/usr/bin/npx", "pkg", "x")]
    [InlineData("pnpm", "dlx", "pkg", "x")]
    public void What_is_understood_names_its_package_and_arguments(params string[] words)
    {
        Assert.True(PackageSpec.TryRead([.. words], out var spec, out _));
        Assert.Equal(("pkg", (string?)null), (spec.Package, spec.Program));
        Assert.Equal(["x"], spec.Arguments);
    }

    [Theory]
    [InlineData("npx")]
    [InlineData("npx", "-y")]
    [InlineData("npx", "--registry", "x", "pkg")]
    [InlineData("npx", "-c", "echo")]
    [InlineData("npx", "-p", "-x", "y")]
    [InlineData("npx", "-p", "a", "-p", "b", "c")]
    [InlineData("uvx", "pkg")]
    [InlineData("dnx", "pkg")]
    [InlineData("npm", "install", "pkg")]
    public void What_is_not_understood_is_refused(params string[] words) => Assert.False(PackageSpec.TryRead([.. words], out _, out _));

    [Fact]
    public void A_link_that_leads_out_of_a_package_is_refused()
    {
        _ = Directory.CreateDirectory(_run.In("package/in"));
        File.WriteAllText(_run.In("package/in/a"), "1");
        _ = File.CreateSymbolicLink(_run.In("package/in/b"), "a");
        var digest = PackageStore.DigestOf(_run.In("package"));
        Assert.Equal(64, digest.Length);
        _ = File.CreateSymbolicLink(_run.In("package/in/c"), "../../obstat.json");
        _ = Assert.Throws<IOException>(() => PackageStore.DigestOf(_run.In("package")));
    }

    private static bool Has(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(f => File.Exists(Path.Combine(f, program)));

    private string Pack(string name)
    {
        var folder = Directory.CreateDirectory(_run.In("source")).FullName;
        File.WriteAllText(Path.Combine(folder, "package.json"), $$"""{"name":"{{name}}","version":"1.2.3","bin":"server.js"}""");
        File.WriteAllText(Path.Combine(folder, "server.js"), Server);
        using var pack = Process.Start(new ProcessStartInfo("npm", ["pack", "--silent"]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var made = pack.StandardOutput.ReadToEnd().Trim();
        pack.WaitForExit();
        return Path.Combine(folder, made);
    }

    [GeneratedRegex("/packages/([0-9a-f]{64})/node_modules/looks/server\\.js")]
    private static partial Regex Stored();
}
