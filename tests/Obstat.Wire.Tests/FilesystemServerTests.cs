using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Obstat.Wire.Tests;

/// <summary>The gate before a real third-party server on stdio: <c>server-filesystem</c> from npm, driven by the official TypeScript SDK and by the inspector.</summary>
public sealed class FilesystemServerTests
{
    private const string Policies = """
        @id("connect") permit (principal, action in [Plane::Mcp::Action::"connect", Plane::Mcp::Action::"list"], resource == Plane::Server::"files");
        @id("read") permit (principal, action in [files::Action::"read_text_file", files::Action::"list_directory"], resource == Plane::Server::"files");
        @id("write-notes") @agent_message("Files are written below notes/ alone.")
        permit (principal, action == files::Action::"write_file", resource == Plane::Server::"files") when { context.input.path like "NOTES*" && !(context.input.path like "*..*") };
        """;

    [Fact]
    public async Task A_real_filesystem_server_does_what_policy_permits_and_nothing_else()
    {
        var (node, server) = (NodePrograms.Node, NodePrograms.Filesystem);
        await using var installation = await Installation.InitAsync("read-only");
        var tree = Directory.CreateDirectory(Path.Combine(installation.Folder, "tree")).FullName;
        var notes = Directory.CreateDirectory(Path.Combine(tree, "notes")).FullName;
        await File.WriteAllTextAsync(Path.Combine(tree, "a.txt"), "héllo\n");
        _ = (await installation.RunAsync("mcp", "add", "files", "--approve", "all", "--", node, server, tree)).MustExit(0);
        await installation.PoliciesAsync(Policies.Replace("NOTES", notes + "/", StringComparison.Ordinal));
        await installation.UpAsync();
        var before = DigestOf(tree);

        await using (var client = await installation.WrapAsync("files"))
        {
            Assert.True(client.Connected, client.Greeting.ToString());
            var names = (await client.ListAsync()).GetProperty("tools").EnumerateArray().Select(t => t.GetProperty("name").GetString()).Order(StringComparer.Ordinal);
            Assert.Equal(["list_directory", "read_text_file", "write_file"], names);

            var read = await client.CallAsync("read_text_file", new { path = Path.Combine(tree, "a.txt") });
            Assert.Equal("héllo\n", Text(read));

            var refused = await client.CallAsync("write_file", new { path = Path.Combine(tree, "b.txt"), content = "x" });
            Assert.True(refused.GetProperty("isError").GetBoolean());
            Assert.Contains("Obstat refused this call: NotPermitted.", Text(refused), StringComparison.Ordinal);
            Assert.Contains("It did not run.", Text(refused), StringComparison.Ordinal);
            Assert.Contains("Files are written below notes/ alone.", Text(refused), StringComparison.Ordinal);
            Assert.Equal("NotPermitted", refused.GetProperty("_meta").GetProperty("execution/denial").GetProperty("reason").GetString());
            Assert.Equal(before, DigestOf(tree));

            var unlisted = await client.CallAsync("move_file", new { source = Path.Combine(tree, "a.txt"), destination = Path.Combine(tree, "c.txt") });
            var invented = await client.CallAsync("no_such_tool");
            Assert.Equal(-32602, unlisted.GetProperty("error").GetProperty("code").GetInt32());
            Assert.Equal(invented.GetRawText(), unlisted.GetRawText());
            Assert.Equal(before, DigestOf(tree));

            var written = await client.CallAsync("write_file", new { path = Path.Combine(notes, "n.txt"), content = "kept" });
            Assert.False(written.TryGetProperty("isError", out var failed) && failed.GetBoolean(), written.ToString());
            Assert.Equal("kept", await File.ReadAllTextAsync(Path.Combine(notes, "n.txt")));
        }

        await installation.EvidenceHoldsExactlyAsync(
            "allow read_text_file", "deny write_file NotPermitted", "deny move_file NotPermitted", "deny no_such_tool AttestationBroken", "allow write_file");
    }

    [Fact]
    public async Task The_inspector_reads_through_the_gate()
    {
        var (node, server) = (NodePrograms.Node, NodePrograms.Filesystem);
        await using var installation = await Installation.InitAsync("read-only");
        var file = Path.Combine(installation.Folder, "tree", "a.txt");
        _ = Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, "through\n");
        _ = (await installation.RunAsync("mcp", "add", "files", "--approve", "all", "--", node, server, Path.GetDirectoryName(file)!)).MustExit(0);
        await installation.PoliciesAsync(Policies);
        await installation.UpAsync();

        var call = await Inspector.RunAsync(installation.Folder, Installation.Program, "mcp", "wrap", "files", "--method", "tools/call", "--tool-name", "read_text_file", "--tool-arg", $"path={file}");
        Assert.Contains("through", call.MustExit(0).Output, StringComparison.Ordinal);
    }

    private static string Text(JsonElement result) => result.GetProperty("content")[0].GetProperty("text").GetString()!;

    private static string DigestOf(string folder)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(file));
            hash.AppendData(File.ReadAllBytes(file));
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
