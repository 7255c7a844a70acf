using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Obstat.Console.Api;
using Obstat.Proof.Json;
using Obstat.Proof.Messages;
using Obstat.Proof.Notes;
using Obstat.Server.Tests.Planes;
using Assertion = Obstat.Proof.Messages.Assertion;

namespace Obstat.Server.Tests.Faces;

/// <summary>What everybody may read says nothing of who asked, for what, with which words, where: whatever they were.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class PublicTests
{
    private const string Policies = """
        @id("shown") @public("true") permit (principal, action in [Plane::Mcp::Action::"connect", Plane::Mcp::Action::"list"], resource);
        @id("kept-for-us") permit (principal, action == payments::Action::"transfer", resource == Plane::Server::"payments") when { context.input.amount.lessThanOrEqual(decimal("1000.0")) };
        """;

    private static async Task<(int Status, string Body, HttpResponseMessage Answer)> GetAsync(HttpClient client, string path)
    {
        var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
        return ((int)answer.StatusCode, Encoding.Latin1.GetString(await answer.Content.ReadAsByteArrayAsync()), answer);
    }

    private static async Task<PublicStateView> PublishedAsync(HttpClient client, long size)
    {
        var started = TimeProvider.System.GetTimestamp();
        for (var i = 0; ; i++)
        {
            // Each with another query would be refused; the answer changes when the kept one is ten seconds old.
            var (status, body, _) = await GetAsync(client, PublicRoutes.State);
            if (status == 200 && JsonSerializer.Deserialize(body, ApiJson.Default.PublicStateView) is { } state && state.Size >= size)
            {
                return state;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(60), body);
            await Task.Delay(200);
        }
    }

    [Fact]
    public async Task What_everybody_asks_is_answered_on_threads_that_stand_back()
    {
        var clock = new WhoAsks();
        await using var plane = await FacesPlane.StartAsync(everybody: "localhost:0", clock: clock);
        using var everybody = new HttpClient { BaseAddress = plane.PublicAddress };
        Assert.DoesNotContain("public", clock.Names);
        Assert.Equal(200, (await GetAsync(everybody, PublicRoutes.State)).Status);
        Assert.Contains("public", clock.Names);
        if (OperatingSystem.IsLinux())
        {
            // The kernel's number for it, the nineteenth of its line: higher is kinder.
            var kindness = Directory.GetDirectories("/proc/self/task").ToLookup(
                t => File.ReadAllText(Path.Combine(t, "comm")).Trim(), t => int.Parse(File.ReadAllText(Path.Combine(t, "stat")).Split(") ")[^1].Split(' ')[16], CultureInfo.InvariantCulture));
            var own = int.Parse(File.ReadAllText("/proc/self/stat").Split(") ")[^1].Split(' ')[16], CultureInfo.InvariantCulture);
            Assert.All(kindness["public"].Concat(kindness["face"]).Concat(kindness["faces"]).Concat(kindness["index keeper"]), k => Assert.InRange(k, own + 1, 19));
            Assert.NotEmpty(kindness["public"]);
        }
    }

    [Fact]
    public async Task No_answer_names_anybody_or_anything_that_was_asked_for_whatever_it_was()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        await using var plane = await FacesPlane.StartAsync(Policies, "localhost:0");
        using var owner = await plane.AsAsync("owner");
        using var everybody = new HttpClient { BaseAddress = plane.PublicAddress };
        var secrets = new List<string> { "local:uid", "Agent::", "payments", "transfer", "acct-7", "kept-for-us", "gateway", "alice", "idp.example", plane.Home.Folder, "127.0.0.1" };
        var token = new Assertion(AssertionKinds.RunToken, await plane.Point.RunTokenAsync());
        var last = 0L;
        for (var i = 0; i < 12; i++)
        {
            var (to, name) = ($"to-{random.NextInt64():x}", $"tool{random.NextInt64():x}");
            secrets.AddRange([to, name]);
            var action = plane.Point.Transfer(random.Next(3) == 0 ? "5" : "5000").With("arguments", TestInstallation.Json(string.Create(CultureInfo.InvariantCulture, $$"""{"amount":{{random.Next(1, 3_000)}},"to":"{{to}}"}""")));
            action = random.Next(4) == 0 ? action.With("name", JsonValue.Of(name)) : action;
            var answer = await plane.Point.AskAsync(random.Next(5) == 0 ? plane.Point.Ask(action) : plane.Point.Ask(action, token));
            last = answer is AllowAnswer allow ? allow.Entry : ((DenyAnswer)answer).Entry ?? last;
        }

        (var status, _) = await FacesPlane.PostAsync(owner, ApiRoutes.Halts, """{"kind":"tool","value":"payments/transfer","reason":"because-of-mallory"}""");
        Assert.Equal(200, status);
        secrets.Add("mallory");
        await plane.IndexedAsync(owner);
        var state = await PublishedAsync(everybody, last + 1);
        var paths = new List<string> { PublicRoutes.State, PublicRoutes.Entries, PublicRoutes.Entries + "?limit=5", PublicRoutes.Days, PublicRoutes.Policies, "/checkpoint", PublicRoutes.Entries + "?bad=payments", PublicRoutes.Entry + "999999", PublicRoutes.Entry + "x", "/e/1", "/api/v1/state" };
        for (var i = 0L; i < state.Size; i++)
        {
            paths.Add(string.Create(CultureInfo.InvariantCulture, $"{PublicRoutes.Entry}{i}"));
            paths.Add(string.Create(CultureInfo.InvariantCulture, $"{PublicRoutes.Entry}{i}{PublicRoutes.ProofSuffix}"));
        }

        foreach (var path in paths)
        {
            var (_, body, answer) = await GetAsync(everybody, path);
            using (answer)
            {
                var said = body + answer.Headers;
                foreach (var secret in secrets.Where(s => said.Contains(s, StringComparison.OrdinalIgnoreCase)))
                {
                    Assert.Fail($"seed {seed}: {path} says {secret}: {body}");
                }

                Assert.False(answer.Headers.Contains("Set-Cookie"));
            }
        }

        var policies = JsonSerializer.Deserialize((await GetAsync(everybody, PublicRoutes.Policies)).Body, ApiJson.Default.PublicPoliciesView)!;
        Assert.Equal("shown", Assert.Single(policies.Policies).Id);
        Assert.Equal(policies.Digest, policies.History[0].Digest);
    }

    [Fact]
    public async Task Everybody_reads_heads_verdicts_to_the_minute_and_proofs_that_verify_and_nothing_beyond_the_published_head()
    {
        await using var plane = await FacesPlane.StartAsync(everybody: "localhost:0", tools: """["payments/transfer"]""");
        using var owner = await plane.AsAsync("owner");
        using var everybody = new HttpClient { BaseAddress = plane.PublicAddress };
        var refused = await plane.AskAsync("5000");
        var allowed = await plane.AskAsync("5");
        await plane.IndexedAsync(owner);
        var state = await PublishedAsync(everybody, allowed + 1);
        Assert.Equal((true, false, null), (state.IsServing, state.IsDamaged, state.Proved));
        Assert.Equal(state.Size, state.Heads[0].Size);
        var entries = JsonSerializer.Deserialize((await GetAsync(everybody, PublicRoutes.Entries)).Body, ApiJson.Default.PublicEntriesView)!;
        var row = entries.Rows.Single(r => r.Entry == refused);
        Assert.Equal(("decision", "deny", "NotPermitted", "mcp.tools/call", "payments/transfer", ProofState.InHead), (row.Type, row.Verdict, row.Reason, row.Action, row.Tool, row.Proof));
        Assert.Equal((0, 0), (row.Time!.Value.Second, row.Time.Value.Millisecond));
        Assert.Equal(("allow", null), entries.Rows.Where(r => r.Entry == allowed).Select(r => (r.Verdict, r.Reason)).Single());
        var days = JsonSerializer.Deserialize((await GetAsync(everybody, PublicRoutes.Days)).Body, ApiJson.Default.PublicDaysView)!;
        Assert.Equal([(null, "< 5"), ("NotPermitted", "< 5")], days.Days.SelectMany(d => d.Counts).Select(c => (c.Reason, c.Count)));
        var (status, proof, answer) = await GetAsync(everybody, string.Create(CultureInfo.InvariantCulture, $"{PublicRoutes.Entry}{refused}{PublicRoutes.ProofSuffix}"));
        Assert.Equal((200, "*", "public, max-age=10"), (status, answer.Headers.GetValues("Access-Control-Allow-Origin").Single(), answer.Headers.CacheControl!.ToString()));
        Assert.True(TlogProof.TryParse(Encoding.Latin1.GetBytes(proof), out var read, out var error), error);
        Assert.Equal(refused, read.Index);
        var (_, checkpoint, _) = await GetAsync(everybody, "/checkpoint");
        Assert.StartsWith(plane.Home.HeadKey.Name, checkpoint, StringComparison.Ordinal);
        Assert.Equal(404, (await GetAsync(everybody, string.Create(CultureInfo.InvariantCulture, $"{PublicRoutes.Entry}{state.Size + 100}"))).Status);
    }

    [Theory]
    [InlineData("POST", PublicRoutes.State, 405)]
    [InlineData("DELETE", PublicRoutes.Entries, 405)]
    [InlineData("GET", PublicRoutes.Entries + "?after=-1", 400)]
    [InlineData("GET", PublicRoutes.State + "?x=1", 400)]
    [InlineData("GET", PublicRoutes.Entry + "01", 404)]
    [InlineData("GET", "/tile/0/000.p/300", 404)]
    [InlineData("GET", ApiRoutes.Decisions, 404)]
    [InlineData("GET", ApiRoutes.Events, 404)]
    [InlineData("GET", "/metrics", 404)]
    public async Task What_is_not_for_everybody_is_not_there_also_for_an_owner(string method, string path, int status)
    {
        await using var plane = await FacesPlane.StartAsync(everybody: "localhost:0");
        using var owner = await plane.AsAsync("owner");
        using var everybody = new HttpClient { BaseAddress = plane.PublicAddress };
        everybody.DefaultRequestHeaders.Authorization = owner.DefaultRequestHeaders.Authorization;
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
        using var answer = await everybody.SendAsync(request);
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Nobody_may_read_where_the_configuration_does_not_say_so()
    {
        await using var plane = await FacesPlane.StartAsync();
        Assert.Null(plane.PublicAddress);
        using var nobody = plane.Nobody();
        Assert.NotEqual(200, (await FacesPlane.GetAsync(nobody, PublicRoutes.State)).Status);
    }

    /// <summary>The wall clock, which remembers the threads that looked at it.</summary>
    private sealed class WhoAsks : TimeProvider
    {
        private readonly ConcurrentDictionary<string, byte> _names = new(StringComparer.Ordinal);

        public ICollection<string> Names => _names.Keys;

        public override long GetTimestamp()
        {
            _names[Thread.CurrentThread.Name ?? ""] = 0;
            return base.GetTimestamp();
        }
    }
}
