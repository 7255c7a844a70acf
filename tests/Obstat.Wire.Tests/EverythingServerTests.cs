using System.Text.Json;

namespace Obstat.Wire.Tests;

/// <summary>The gate before the reference server that uses every part of the protocol, <c>server-everything</c> from npm, on stdio and on HTTP, driven by the official TypeScript SDK and by the inspector.</summary>
public sealed class EverythingServerTests
{
    private const string Policies = """
        @id("connect") permit (principal, action in [Plane::Mcp::Action::"connect", Plane::Mcp::Action::"list", Plane::Mcp::Action::"prompts/get", Plane::Mcp::Action::"resources/read"], resource == Plane::Server::"every");
        @id("say") permit (principal, action in [every::Action::"echo", every::Action::"get-sum"], resource == Plane::Server::"every") unless { context.input has message && context.input.message like "*secret*" };
        """;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_that_uses_the_whole_protocol_does_what_policy_permits_and_nothing_else(bool http)
    {
        await using var installation = await Installation.InitAsync("read-only");
        using var server = http ? await EverythingServer.StartAsync() : null;
        _ = (await installation.RunAsync(["mcp", "add", "every", "--approve", "all", .. Place(server)])).MustExit(0);
        await installation.PoliciesAsync(Policies);
        await installation.UpAsync();

        await using (var client = http ? await SdkClient.HttpAsync(installation.Folder, $"{installation.Resource}/mcp/every", await installation.TokenAsync("caller")) : await installation.WrapAsync("every"))
        {
            Assert.True(client.Connected, client.Greeting.ToString());
            var names = (await client.ListAsync()).GetProperty("tools").EnumerateArray().Select(t => t.GetProperty("name").GetString()).Order(StringComparer.Ordinal);
            Assert.Equal(["echo", "get-sum"], names);

            Assert.Equal("Echo: héllo", Text(await client.CallAsync("echo", new { message = "héllo" })));
            Assert.Contains("5", Text(await client.CallAsync("get-sum", new { a = 2, b = 3 })), StringComparison.Ordinal);
            Assert.NotEmpty((await client.AskAsync(new { prompt = "simple-prompt" })).GetProperty("messages").EnumerateArray());

            var refused = await client.CallAsync("echo", new { message = "a secret" });
            Assert.True(refused.GetProperty("isError").GetBoolean());
            Assert.Contains("Obstat refused this call: NotPermitted.", Text(refused), StringComparison.Ordinal);
            Assert.Equal("NotPermitted", refused.GetProperty("_meta").GetProperty("execution/denial").GetProperty("reason").GetString());

            var unlisted = await client.CallAsync("get-env");
            var invented = await client.CallAsync("no_such_tool");
            Assert.Equal(-32602, unlisted.GetProperty("error").GetProperty("code").GetInt32());
            Assert.Equal(invented.GetRawText(), unlisted.GetRawText());
        }

        await installation.EvidenceHoldsExactlyAsync(
            "allow echo", "allow get-sum", "deny echo NotPermitted", "deny get-env NotPermitted", "deny no_such_tool AttestationBroken");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_inspector_calls_through_the_gate(bool http)
    {
        await using var installation = await Installation.InitAsync("read-only");
        using var server = http ? await EverythingServer.StartAsync() : null;
        _ = (await installation.RunAsync(["mcp", "add", "every", "--approve", "all", .. Place(server)])).MustExit(0);
        await installation.PoliciesAsync(Policies);
        await installation.UpAsync();

        string[] target = http
            ? [$"{installation.Resource}/mcp/every", "--transport", "http", "--header", $"Authorization: Bearer {await installation.TokenAsync("caller")}"]
            : [Installation.Program, "mcp", "wrap", "every"];
        foreach (var (message, expected) in new[] { ("through", "Echo: through"), ("a secret", "NotPermitted") })
        {
            var call = await Inspector.RunAsync(installation.Folder, [.. target, "--method", "tools/call", "--tool-name", "echo", "--tool-arg", $"message={message}"]);
            Assert.Contains(expected, call.Output, StringComparison.Ordinal);
        }

        await installation.EvidenceHoldsExactlyAsync("allow echo", "deny echo NotPermitted");
    }

    private static string[] Place(EverythingServer? server) => server is null ? ["--", NodePrograms.Node, NodePrograms.Everything, "stdio"] : ["--url", server.Url];

    private static string Text(JsonElement result) => result.GetProperty("content")[0].GetProperty("text").GetString()!;
}
