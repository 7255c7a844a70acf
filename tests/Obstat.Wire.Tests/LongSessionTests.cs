using System.Text.Json.Nodes;

namespace Obstat.Wire.Tests;

/// <summary>What changes while everything runs: a server that is registered is served, and a conversation that outlives its run token goes on.</summary>
public sealed class LongSessionTests
{
    [Fact]
    public async Task A_server_added_while_up_runs_is_served_and_a_session_outlives_its_run_token()
    {
        await using var installation = await Installation.InitAsync("read-only");
        var file = Path.Combine(installation.Folder, "obstat.json");
        var settings = JsonNode.Parse(await File.ReadAllTextAsync(file), documentOptions: new() { CommentHandling = System.Text.Json.JsonCommentHandling.Skip, AllowTrailingCommas = true })!;
        settings["limits"]!["token"] = "5s";
        await File.WriteAllTextAsync(file, settings.ToJsonString());
        await installation.PoliciesAsync("""@id("all") permit (principal, action, resource);""");
        await installation.UpAsync();

        var added = await installation.RunAsync("mcp", "add", "payments", "--approve", "all", "--", PaymentsServer.Program, "--journal", "journal.jsonl");
        Assert.Contains("served  by the running plane and gateway", added.MustExit(0).Errors, StringComparison.Ordinal);
        await using var client = await installation.WrapAsync("payments");
        Assert.True(client.Connected, client.Greeting.ToString());

        // Longer than two of its tokens; each call is decided under the one of its moment, and one that had ended would be refused.
        var begun = System.Diagnostics.Stopwatch.StartNew();
        var calls = 0;
        while (begun.Elapsed < TimeSpan.FromSeconds(12))
        {
            var answer = await client.CallAsync("history");
            Assert.False(answer.TryGetProperty("isError", out var error) && error.GetBoolean(), $"after {begun.Elapsed}: {answer}");
            calls++;
            await Task.Delay(200);
        }

        Assert.True(calls >= 3, $"{calls} calls");
        Assert.DoesNotContain("IdentityUnverifiable", (await installation.RunAsync("decisions", "list", "--denied")).MustExit(0).Output, StringComparison.Ordinal);
    }
}
