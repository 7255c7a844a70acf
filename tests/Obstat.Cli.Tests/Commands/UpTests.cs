using System.Diagnostics;
using System.Text.Json;
using Obstat.Proof.Notes;
using Obstat.Proof.Verification;

namespace Obstat.Cli.Tests.Commands;

/// <summary>One installation through its whole life, by the commands that people have, as real processes.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class UpTests : IDisposable
{
    private readonly Running _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task An_installation_serves_refuses_proves_and_stops_in_order()
    {
        Programs();
        var key = Json("init", "--template", "payments").GetProperty("logKey").GetString()!;
        var text = File.ReadAllText(_run.In("obstat.json"));
        File.WriteAllText(_run.In("obstat.json"), text.Replace("\"tenant\": \"local\",", "\"tenant\": \"local\", \"listen\": { \"gateway\": null, \"console\": \"127.0.0.1:0\" },", StringComparison.Ordinal));
        Done("mcp", "add", "payments", "--approve", "all", "--class", "transfer=pay:amount=/amount,currency=EUR,payee=/to", "--class", "balance=read", "--class", "history=read",
            "--", Dotnet, Path.Combine(_run.In("programs"), "Obstat.Samples.Payments", "Obstat.Samples.Payments.dll"), "--journal", _run.In("journal"));
        Done("identity", "enrol", "alice");

        using var up = Start("up");
        var told = new List<string>();
        await WaitAsync(up.StandardError, told, "gateway | ready");
        Assert.True(Json("status").GetProperty("serving").GetBoolean());
        await LinksAsync(up, told);

        using (var agent = Start("mcp", "wrap", "payments"))
        {
            Assert.Contains("\"protocolVersion\":\"2025-11-25\"", await AskAsync(agent, """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}"""), StringComparison.Ordinal);
            await agent.StandardInput.WriteLineAsync("""{"jsonrpc":"2.0","method":"notifications/initialized"}""");
            Assert.Contains("transferred 900.50 EUR", await AskAsync(agent, """{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"transfer","arguments":{"amount":900.50,"to":"acct-7"}}}"""), StringComparison.Ordinal);
            Assert.Contains("\"reason\":\"NotPermitted\"", await AskAsync(agent, """{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"transfer","arguments":{"amount":12000,"to":"acct-7"}}}"""), StringComparison.Ordinal);
            agent.StandardInput.Close();
            Assert.True(agent.WaitForExit(TimeSpan.FromSeconds(30)));
            Assert.Equal(0, agent.ExitCode);
        }

        _ = Assert.Single(File.ReadAllLines(_run.In("journal")));
        var rows = Json("decisions", "list").GetProperty("decisions");
        var (denied, allowed) = (rows[0], rows[1]);
        Assert.Equal("NotPermitted", denied.GetProperty("reason").GetString());
        Assert.Equal("allow", allowed.GetProperty("decision").GetString());
        Assert.Equal("succeeded", allowed.GetProperty("outcome").GetString());
        var entry = denied.GetProperty("entry").GetInt64().ToString(System.Globalization.CultureInfo.InvariantCulture);
        Assert.Contains("denied[NotPermitted]: payments/transfer", _run.Obstat("explain", entry).Out, StringComparison.Ordinal);
        Assert.Equal(2, _run.Obstat("decisions", "show", "99999").Code);

        Evidence(entry, key);
        Policies();
        Assert.Equal(3, _run.Obstat("identity", "token", "alice", "--audience", "http://127.0.0.1").Out.TrimEnd('\n').Split('.').Length);
        Assert.NotEqual(0, _run.Obstat("identity", "token", "nobody", "--audience", "http://127.0.0.1").Code);

        using (var interrupt = Process.Start("kill", ["-INT", up.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
        {
            await interrupt.WaitForExitAsync();
        }

        await WaitAsync(up.StandardError, told, "plane   | stopped");
        Assert.True(up.WaitForExit(TimeSpan.FromSeconds(30)));
        Assert.Equal(130, up.ExitCode);
        Assert.True(told.IndexOf("gateway | stopped") < told.IndexOf("plane   | stopped") && told.Contains("gateway | stopped"));
        Assert.Equal(20, _run.Obstat("status").Code);
    }

    /// <summary>A link is told once by <c>up</c>, and made again by who asks; nobody gets in with one that was used, and no role but four has one.</summary>
    private async Task LinksAsync(Process up, List<string> told)
    {
        string? link;
        while ((link = told.Find(l => l.StartsWith("console | http://127.0.0.1:", StringComparison.Ordinal))) is null)
        {
            told.Add(await up.StandardError.ReadLineAsync() ?? throw new InvalidOperationException(string.Join('\n', told)));
        }

        var first = new Uri(link["console | ".Length..].Split(' ')[0]);
        var second = new Uri(_run.Obstat("console", "link", "--role", "viewer").Out.Trim());
        Assert.Equal((first.GetLeftPart(UriPartial.Path), true), (second.GetLeftPart(UriPartial.Path), first.Query != second.Query));
        Assert.Equal(second.GetLeftPart(UriPartial.Path), new Uri(Json("console", "link").GetProperty("url").GetString()!).GetLeftPart(UriPartial.Path));
        Assert.Equal(2, _run.Obstat("console", "link", "--role", "root").Code);
        using var browser = new HttpClient();
        var statuses = new List<int>();
        for (var i = 0; i < 2; i++)
        {
            using var login = new StringContent($$"""{"token":"{{second.Query["?t=".Length..]}}"}""", System.Text.Encoding.UTF8, "application/json");
            using var answer = await browser.PostAsync(new Uri(second, "/api/v1/session"), login);
            statuses.Add((int)answer.StatusCode);
        }

        Assert.Equal([200, 401], statuses);
    }

    private void Evidence(string entry, string key)
    {
        Done("export", "all", "--to", "all.zip");
        Done("export", entry, "--to", "one.zip");
        Assert.Equal(2, _run.Obstat("export", "all", "--to", "all.zip").Code);
        var verified = _run.Obstat("verify", "all.zip", "--log-key", key);
        Assert.True(verified.Code == 0, verified.Out);
        Assert.Equal(Enumerable.Range(1, 16).Select(i => $"V{i:00}"), verified.Out.Split('\n').Where(l => l.StartsWith('V') && char.IsDigit(l[1])).Select(l => l[..3]));
        Assert.Contains(_run.Obstat("verify", "one.zip", "--log-key", key).Code, (int[])[0, 13]);

        Audits(key);
        Replays(entry, verified.Out);
        using var other = new Running();
        var foreign = JsonDocument.Parse(other.Obstat("init", "--output", "json").Out).RootElement.GetProperty("logKey").GetString()!;
        Assert.Equal(12, _run.Obstat("verify", "all.zip", "--log-key", foreign).Code);
        EveryBit(key);
        var bytes = File.ReadAllBytes(_run.In("all.zip"));
        bytes[bytes.Length / 3] ^= 1;
        File.WriteAllBytes(_run.In("changed.zip"), bytes);
        var changed = _run.Obstat("verify", "changed.zip", "--log-key", key, "--output", "json");
        Assert.Equal(12, changed.Code);
        Assert.Equal("FAILED", JsonDocument.Parse(changed.Out).RootElement.GetProperty("result").GetString());
    }

    private void Replays(string entry, string verified)
    {
        Assert.Contains("V14  verified", verified, StringComparison.Ordinal);
        var replayed = _run.Obstat("replay", "all.zip", "--emit", "questions");
        Assert.True(replayed.Code == 0, replayed.Out);
        Assert.Contains(" 0 differ, 0 not replayable", replayed.Out, StringComparison.Ordinal);
        var question = JsonDocument.Parse(File.ReadAllText(Path.Combine(_run.In("questions"), entry + ".json"))).RootElement;
        Assert.Equal("transfer", question.GetProperty("action").GetProperty("id").GetString());
        var one = Json("replay", entry).GetProperty("decisions")[0];
        Assert.Equal("same", one.GetProperty("verdict").GetString());
        Assert.Equal(2, _run.Obstat("replay").Code);
        Assert.Equal(1, _run.Obstat("replay", "nothing.zip").Code);
    }

    /// <summary>Each bit of a bundle as the plane exported it, one after the other: what <c>verify</c> runs says FAILED to each.</summary>
    private void EveryBit(string key)
    {
        Done("export", "0", "--to", "genesis.zip");
        var zip = File.ReadAllBytes(_run.In("genesis.zip"));
        Assert.True(VerifierKey.TryParse(key, out var log));
        var unseen = 0;
        _ = Parallel.For(0, zip.Length * 8, () => (byte[])zip.Clone(), (bit, state, copy) =>
        {
            copy[bit / 8] ^= (byte)(1 << (bit % 8));
            if (BundleVerifier.Verify(copy, Trust.InLog(log)).Result != VerifyResult.Failed)
            {
                Interlocked.Increment(ref unseen);
            }

            copy[bit / 8] ^= (byte)(1 << (bit % 8));
            return copy;
        }, static _ => { });
        Assert.Equal(0, unseen);
    }

    private void Audits(string key)
    {
        var audited = _run.Obstat("audit", "--log-key", key);
        Assert.True(audited.Code == 0, audited.Out + audited.Error);
        Assert.Equal(Enumerable.Range(1, 8).Select(i => $"A{i:00}"), audited.Out.Split('\n').Where(l => l.StartsWith('A') && char.IsDigit(l[1])).Select(l => l[..3]));
        Assert.Contains("complete to", audited.Out, StringComparison.Ordinal);
        Assert.Equal(2, _run.Obstat("audit").Code);

        Done("ledger", "export", "exported", "--statements");
        Assert.Equal(0, _run.Obstat("audit", "exported", "--log-key", key).Code);
        Assert.Equal(13, _run.Obstat("audit", "exported", "--log-key", key, "--hashes-only").Code);
        var checkpoint = File.ReadAllBytes(_run.In("exported/checkpoint"));
        File.WriteAllBytes(_run.In("kept"), checkpoint);
        Assert.Equal(0, _run.Obstat("audit", "exported", "--log-key", key, "--seen", _run.In("kept")).Code);
        var folded = _run.Obstat("replay", "exported", "--from-genesis", "--log-key", key);
        Assert.True(folded.Code == 0, folded.Out);
        Assert.Equal(1, _run.Obstat("audit", "nowhere", "--log-key", key).Code);
        var file = Directory.EnumerateFiles(_run.In("exported/statement"), "*", SearchOption.AllDirectories).First();
        var bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(file, bytes);
        var changed = _run.Obstat("audit", "exported", "--log-key", key, "--output", "json");
        Assert.Equal(12, changed.Code);
        var report = JsonDocument.Parse(changed.Out).RootElement;
        Assert.Equal("execution-audit/1", report.GetProperty("format").GetString());
        Assert.Equal("changed", report.GetProperty("findings")[0].GetProperty("fault").GetString());
    }

    private void Policies()
    {
        var file = _run.In("policies/more.cedar");
        File.WriteAllText(file, "@id(\"more\") permit (principal, action, resource");
        var refused = _run.Obstat("policy", "activate");
        Assert.Equal(14, refused.Code);
        Assert.Contains("more.cedar:1:", refused.Error, StringComparison.Ordinal);
        Assert.Contains("what was in force before still is", refused.Error, StringComparison.Ordinal);
        Assert.True(Json("status").GetProperty("serving").GetBoolean());
        File.WriteAllText(file, "@id(\"more\") forbid (principal, action == payments::Action::\"history\", resource);\n");
        Assert.Equal(4, Json("policy", "activate").GetProperty("policies").GetInt32());
    }

    // Beside each other as the command line finds them, each where its own build put it.
    private void Programs()
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        _ = Directory.CreateDirectory(_run.In("programs"));
        foreach (var (folder, name) in new[] { ("src", "Obstat.Server"), ("src", "Obstat.Gateway"), ("samples", "Obstat.Samples.Payments") })
        {
            _ = Directory.CreateSymbolicLink(Path.Combine(_run.In("programs"), name), Path.Combine(Obstat.Tests.Vectors.Root, folder, name, "bin", configuration, "net10.0"));
        }
    }

    private static string Dotnet => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    private JsonElement Json(params string[] words)
    {
        var result = _run.Obstat([.. words, "--output", "json"]);
        Assert.True(result.Code == 0, result.Error);
        return JsonDocument.Parse(result.Out).RootElement;
    }

    private void Done(params string[] words)
    {
        var result = _run.Obstat(words);
        Assert.True(result.Code == 0, result.Error);
    }

    private Process Start(params string[] words)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "obstat-cli.dll"), .. words])
        {
            WorkingDirectory = _run.Folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["OBSTAT_PROGRAMS"] = _run.In("programs");
        return Process.Start(start)!;
    }

    private static async Task<string> AskAsync(Process agent, string line)
    {
        await agent.StandardInput.WriteLineAsync(line);
        await agent.StandardInput.FlushAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        return await agent.StandardOutput.ReadLineAsync(patience.Token) ?? throw new InvalidOperationException(await agent.StandardError.ReadToEndAsync());
    }

    private static async Task WaitAsync(StreamReader reader, List<string> told, string line)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        while (!told.Contains(line))
        {
            told.Add(await reader.ReadLineAsync(patience.Token) ?? throw new InvalidOperationException(string.Join('\n', told)));
        }
    }
}
