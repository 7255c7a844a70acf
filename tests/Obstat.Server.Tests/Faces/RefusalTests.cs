using System.Net.Sockets;
using System.Text;
using Obstat.Console.Api;
using Obstat.Proof.Messages;
using Obstat.Proof.Messages.Admin;
using Obstat.Proof.Reasons;
using Obstat.Server.Tests.Planes;

namespace Obstat.Server.Tests.Faces;

/// <summary>Who has no session, another role, another origin or a misspelt question gets nothing, and is told what was expected.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class RefusalTests
{
    private static readonly string[] Paths =
    [
        ApiRoutes.State, ApiRoutes.Overview, ApiRoutes.Decisions, ApiRoutes.Entries + "0", ApiRoutes.Entries + "0" + ApiRoutes.ProofSuffix, ApiRoutes.Executions, ApiRoutes.Lineage + "AAAAAAAAAAAAAAAAAAAAAA", ApiRoutes.Policies,
        ApiRoutes.Tools, ApiRoutes.Identities, ApiRoutes.Ledger, ApiRoutes.Health, ApiRoutes.Setup, ApiRoutes.Halts, ApiRoutes.HaltPreview + "?kind=all", ApiRoutes.Events,
    ];

    private const string HaltAll = """{"kind":"principal","value":"User::nobody@local","reason":"test"}""";

    [Fact]
    public async Task Without_a_session_with_a_forged_one_or_with_a_cookie_nothing_is_answered()
    {
        await using var plane = await FacesPlane.StartAsync();
        using var owner = await plane.AsAsync("owner");
        var secret = owner.DefaultRequestHeaders.Authorization!.Parameter!;
        foreach (var (name, value) in new[] { ("X-None", "x"), ("Authorization", "Bearer AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), ("Authorization", "Basic " + secret), ("Authorization", "Bearer " + secret[..^1] + "*"), ("Cookie", "obstat=" + secret) })
        {
            using var client = plane.Nobody();
            Assert.True(client.DefaultRequestHeaders.TryAddWithoutValidation(name, value));
            foreach (var path in Paths)
            {
                var (status, body) = await FacesPlane.GetAsync(client, path);
                Assert.True(status == 401 && FacesPlane.Refusal(body).Code == ApiRefusal.Login, $"{path} with {name}: {status} {body}");
            }

            foreach (var path in (string[])[ApiRoutes.Halts, ApiRoutes.Revocations])
            {
                Assert.Equal(401, (await FacesPlane.PostAsync(client, path, HaltAll)).Status);
            }
        }
    }

    [Fact]
    public async Task A_link_begins_one_session_and_five_that_are_good_for_nothing_close_the_door_for_a_minute()
    {
        await using var plane = await FacesPlane.StartAsync();
        using var client = plane.Nobody();
        var token = FacesPlane.TokenOf(await plane.LinkAsync("owner"));
        var other = FacesPlane.TokenOf(await plane.LinkAsync("owner"));
        Assert.Equal(200, (await FacesPlane.PostAsync(client, ApiRoutes.Session, $$"""{"token":"{{token}}"}""")).Status);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(401, (await FacesPlane.PostAsync(client, ApiRoutes.Session, $$"""{"token":"{{token}}"}""")).Status);
        }

        Assert.Equal(429, (await FacesPlane.PostAsync(client, ApiRoutes.Session, $$"""{"token":"{{other}}"}""")).Status);
    }

    [Fact]
    public async Task A_session_that_was_ended_answers_no_more()
    {
        await using var plane = await FacesPlane.StartAsync();
        using var owner = await plane.AsAsync("owner");
        using (var ended = await owner.DeleteAsync(new Uri(ApiRoutes.Session, UriKind.Relative)))
        {
            Assert.Equal(204, (int)ended.StatusCode);
        }

        Assert.Equal(401, (await FacesPlane.GetAsync(owner, ApiRoutes.State)).Status);
    }

    [Theory]
    [InlineData("viewer", false, false, false)]
    [InlineData("auditor", true, false, true)]
    [InlineData("operator", false, true, false)]
    [InlineData("owner", true, true, true)]
    public async Task Each_role_may_what_it_may_and_nothing_else(string role, bool exports, bool stops, bool reads)
    {
        await using var plane = await FacesPlane.StartAsync();
        var entry = await plane.AskAsync("1");
        using var client = await plane.AsAsync(role);
        await plane.IndexedAsync(client);
        Assert.Equal(exports ? 200 : 403, (await FacesPlane.GetAsync(client, $"{ApiRoutes.Entries}{entry}{ApiRoutes.ProofSuffix}")).Status);
        Assert.Equal(stops ? 200 : 403, (await FacesPlane.PostAsync(client, ApiRoutes.Halts, HaltAll)).Status);
        Assert.Equal(stops ? 200 : 403, (await FacesPlane.PostAsync(client, ApiRoutes.Revocations, HaltAll)).Status);
        var view = await FacesPlane.ReadAsync(client, $"{ApiRoutes.Entries}{entry}", ApiJson.Default.EntryView);
        Assert.Equal((reads, reads, reads), (view.Request is not null, view.Context is not null, view.Decision!.Arguments is not null));
        var (_, list) = await FacesPlane.GetAsync(client, ApiRoutes.Decisions);
        Assert.Equal(reads, list.Contains("acct-7", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(ApiRoutes.State + "?x=1", "x")]
    [InlineData(ApiRoutes.Decisions + "?verdikt=deny", "verdikt")]
    [InlineData(ApiRoutes.Decisions + "?verdict=denied", "verdict")]
    [InlineData(ApiRoutes.Decisions + "?verdict=deny&verdict=allow", "verdict")]
    [InlineData(ApiRoutes.Decisions + "?reason=Nope", "reason")]
    [InlineData(ApiRoutes.Decisions + "?tool=payments", "tool")]
    [InlineData(ApiRoutes.Decisions + "?from=yesterday", "from")]
    [InlineData(ApiRoutes.Decisions + "?to=-24x", "to")]
    [InlineData(ApiRoutes.Decisions + "?after=-1", "after")]
    [InlineData(ApiRoutes.Decisions + "?limit=201", "limit")]
    [InlineData(ApiRoutes.Decisions + "?facets=yes", "facets")]
    [InlineData(ApiRoutes.Executions + "?state=dead", "state")]
    [InlineData(ApiRoutes.Executions + "/short", "id")]
    [InlineData(ApiRoutes.Entries + "01", "index")]
    [InlineData(ApiRoutes.Entries + "-1", "index")]
    [InlineData(ApiRoutes.Entries + "x", "index")]
    [InlineData(ApiRoutes.Entries + "1?raw=1", "raw")]
    [InlineData(ApiRoutes.HaltPreview + "?kind=everything", "kind")]
    [InlineData(ApiRoutes.HaltPreview + "?kind=principal", "kind")]
    [InlineData(ApiRoutes.Events + "?from=-1h", "from")]
    public async Task A_question_that_is_not_understood_is_refused_by_the_name_of_what_is_wrong(string path, string parameter)
    {
        await using var plane = await FacesPlane.StartAsync();
        using var owner = await plane.AsAsync("owner");
        var (status, body) = await FacesPlane.GetAsync(owner, path);
        Assert.Equal((400, ApiRefusal.BadRequest, parameter), (status, FacesPlane.Refusal(body).Code, FacesPlane.Refusal(body).Parameter));
    }

    [Fact]
    public async Task What_is_not_there_is_not_found_and_an_execution_that_nobody_began_neither()
    {
        await using var plane = await FacesPlane.StartAsync();
        using var owner = await plane.AsAsync("owner");
        foreach (var path in (string[])[ApiRoutes.Prefix + "nothing", ApiRoutes.Entries + "999999", ApiRoutes.Entries + "999999" + ApiRoutes.ProofSuffix, ApiRoutes.Lineage + "AAAAAAAAAAAAAAAAAAAAAA"])
        {
            Assert.Equal((path, 404), (path, (await FacesPlane.GetAsync(owner, path)).Status));
        }

        Assert.Equal(404, (await FacesPlane.PostAsync(owner, ApiRoutes.State, "{}")).Status);
        // Pages know a cookie alone: a bearer there is nobody's.
        Assert.Contains("<h1>Log in</h1>", (await FacesPlane.GetAsync(owner, "/")).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"kind":"principal","value":"User::x@local"}""")]
    [InlineData("""{"kind":"principal","value":"User::x@local","reason":" "}""")]
    [InlineData("""{"kind":"everything","value":"all","reason":"r"}""")]
    [InlineData("""{"kind":"all","value":"some","reason":"r"}""")]
    [InlineData("""{"kind":"all","value":"all","reason":"r","force":true}""")]
    [InlineData("""{"kind":"all","kind":"principal","value":"all","reason":"r"}""")]
    [InlineData("""kind=all&value=all&reason=r""")]
    [InlineData("")]
    public async Task A_halt_that_is_not_understood_halts_nothing(string body)
    {
        await using var plane = await FacesPlane.StartAsync();
        using var owner = await plane.AsAsync("owner");
        Assert.Equal(400, (await FacesPlane.PostAsync(owner, ApiRoutes.Halts, body)).Status);
        Assert.Equal(400, (await FacesPlane.PostAsync(owner, ApiRoutes.Halts, HaltAll, "application/x-www-form-urlencoded")).Status);
        Assert.Empty((await FacesPlane.ReadAsync(owner, ApiRoutes.State, ApiJson.Default.StateView)).Halts);
    }

    [Fact]
    public async Task A_request_from_another_origin_or_for_another_host_is_refused_before_it_is_read()
    {
        await using var plane = await FacesPlane.StartAsync();
        using var owner = await plane.AsAsync("owner");
        foreach (var origin in (string[])["http://evil.example", "null", $"https://{plane.Address.Authority}", "http://127.0.0.1"])
        {
            Assert.Equal(403, (await FacesPlane.PostAsync(owner, ApiRoutes.Halts, HaltAll, "application/json", ("Origin", origin))).Status);
        }

        Assert.Equal(421, (await FacesPlane.PostAsync(owner, ApiRoutes.Halts, HaltAll, "application/json", ("Host", "rebound.example:7074"))).Status);
        Assert.Empty((await FacesPlane.ReadAsync(owner, ApiRoutes.State, ApiJson.Default.StateView)).Halts);
        Assert.Equal(200, (await FacesPlane.PostAsync(owner, ApiRoutes.Halts, HaltAll, "application/json", ("Origin", $"http://{plane.Address.Authority}"))).Status);
    }

    [Fact]
    public async Task Every_answer_forbids_frames_scripts_caches_and_guessing()
    {
        await using var plane = await FacesPlane.StartAsync();
        using var owner = await plane.AsAsync("owner");
        using var nobody = plane.Nobody();
        foreach (var client in (HttpClient[])[owner, nobody])
        {
            using var answer = await client.GetAsync(new Uri(ApiRoutes.State, UriKind.Relative));
            Assert.Equal("default-src 'none'; frame-ancestors 'none'", answer.Headers.GetValues("Content-Security-Policy").Single());
            Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.True(answer.Headers.CacheControl!.NoStore);
            Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
            Assert.False(answer.Headers.Contains("Set-Cookie"));
        }
    }

    [Fact]
    public async Task A_taken_port_is_said_and_the_plane_decides_without_a_console()
    {
        using var taken = new TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        using var home = new TestInstallation(console: taken.LocalEndpoint.ToString());
        await using var host = await home.StartAsync();
        using var point = new TestPoint(home);
        _ = await point.RegisterAsync();
        Assert.Null(host.ConsoleAddress);
        Assert.IsType<DenyAnswer>(await point.AskAsync(point.Ask(point.Transfer("1"))));
        var (status, body) = await point.AdminAsync(AdminRoutes.ConsoleLink, PlaneMessage.Write(new ConsoleLinkRequest("owner")));
        Assert.Equal(409, status);
        Assert.True(PlaneMessage.TryRead<AdminRefusal>(body, out var refusal, out _) && refusal.Reason == DenyReason.UnknownAction);
    }

    [Fact]
    public async Task A_link_of_no_role_is_not_made()
    {
        await using var plane = await FacesPlane.StartAsync();
        Assert.Equal(400, (await plane.Point.AdminAsync(AdminRoutes.ConsoleLink, Encoding.UTF8.GetBytes("""{"v":1,"role":"root"}"""))).Status);
    }

    [Fact]
    public async Task A_session_says_who_it_is_and_when_it_ends()
    {
        await using var plane = await FacesPlane.StartAsync();
        using var client = await plane.AsAsync("viewer");
        var me = (await FacesPlane.ReadAsync(client, ApiRoutes.State, ApiJson.Default.StateView)).Me;
        Assert.Equal(($"uid:{Settings.PrivateFolder.UserId}", Role.Viewer), (me.Name, me.Role));
        Assert.Equal(TimeSpan.FromHours(8), me.End - me.Since);
        Assert.True(me.IdleEnd <= me.End);
    }
}
