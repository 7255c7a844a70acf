using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Obstat.Console.Api;
using Obstat.Proof.Bundles;

namespace Obstat.Server.Tests.Faces;

/// <summary>What the read API shows is what the ledger's proven entries say; what does not fit is shown as failed, never as verified.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class ReadTests
{
    private static void Edit(string file, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False;Default Timeout=30");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this class.
        command.CommandText = sql;
#pragma warning restore CA2100
        Assert.True(command.ExecuteNonQuery() > 0);
    }

    [Fact]
    public async Task Decisions_are_listed_narrowed_counted_and_paged()
    {
        await using var plane = await FacesPlane.StartAsync();
        using var owner = await plane.AsAsync("owner");
        var allowed = new List<long>();
        var refused = new List<long>();
        for (var i = 0; i < 6; i++)
        {
            (i % 2 == 0 ? allowed : refused).Add(await plane.AskAsync(i % 2 == 0 ? "5" : "5000"));
        }

        _ = await plane.Point.AskAsync(plane.Point.Ask(plane.Point.Transfer("1"))); // nobody
        await plane.IndexedAsync(owner);
        var all = await FacesPlane.ReadAsync(owner, ApiRoutes.Decisions + "?facets=1", ApiJson.Default.DecisionsView);
        Assert.Equal((7, 7, null), ((int)all.Count, (int)all.All, all.Next));
        Assert.Equal(allowed.Concat(refused).OrderDescending(), all.Rows.Select(r => r.Entry).Skip(1));
        Assert.All(all.Rows, r => Assert.Equal(ProofState.InHead, r.Proof));
        var row = all.Rows.Single(r => r.Entry == refused[0]);
        Assert.Equal(("NotPermitted", "mcp.tools/call", "payments", "transfer", "gateway", """amount=5000, to="acct-7" """.TrimEnd()), (row.Reason, row.Action, row.Server, row.Name, row.Point, row.Arguments));
        Assert.Equal($"Agent::local:uid:{Settings.PrivateFolder.UserId}", row.Principal);
        Assert.Null(all.Rows[0].Principal);
        var facets = all.Facets.ToDictionary(f => f.Parameter, f => f.Values.ToDictionary(v => v.Label, v => v.Count));
        Assert.Equal((3, 4), (facets["verdict"]["allow"], facets["verdict"]["deny"]));
        Assert.Equal((3, 1), (facets["reason"]["NotPermitted"], facets["reason"]["IdentityUnverifiable"]));
        Assert.Equal((7, 6), (facets["tool"]["payments/transfer"], facets["principal"][row.Principal!]));

        async Task<long[]> Found(string query) => [.. (await FacesPlane.ReadAsync(owner, $"{ApiRoutes.Decisions}?{query}", ApiJson.Default.DecisionsView)).Rows.Select(r => r.Entry)];
        Assert.Equal(allowed.AsEnumerable().Reverse(), await Found("verdict=allow"));
        Assert.Equal(refused.AsEnumerable().Reverse(), await Found($"reason=NotPermitted&tool={row.Tool}&point=gateway"));
        Assert.Equal(6, (await Found($"principal={Uri.EscapeDataString(row.Principal!)}")).Length);
        Assert.Equal(6, (await Found($"principal={row.Pseudonym}")).Length);
        Assert.Empty(await Found("principal=Agent::nobody"));
        Assert.Empty(await Found("to=-1h"));
        Assert.Equal(7, (await Found("from=-1h")).Length);
        var first = await FacesPlane.ReadAsync(owner, ApiRoutes.Decisions + "?limit=4", ApiJson.Default.DecisionsView);
        var second = await FacesPlane.ReadAsync(owner, $"{ApiRoutes.Decisions}?limit=4&after={first.Next}", ApiJson.Default.DecisionsView);
        Assert.Equal(all.Rows.Select(r => r.Entry), first.Rows.Concat(second.Rows).Select(r => r.Entry));
        Assert.Null(second.Next);

        var overview = await FacesPlane.ReadAsync(owner, ApiRoutes.Overview, ApiJson.Default.OverviewView);
        Assert.Equal((24, 3, 4), (overview.Hours.Length, overview.Hours.Sum(h => h.Allowed), overview.Hours.Sum(h => h.Refused.Sum(r => r.Count))));
        Assert.Equal((4, 3, 0), (overview.Refusals.Length, overview.Running, overview.Orphans));
        var running = await FacesPlane.ReadAsync(owner, ApiRoutes.Executions + "?state=running", ApiJson.Default.ExecutionsView);
        Assert.Equal(allowed.AsEnumerable().Reverse(), running.Rows.Select(r => r.Entry));
        Assert.Equal(4, (await FacesPlane.ReadAsync(owner, ApiRoutes.Executions + "?state=refused", ApiJson.Default.ExecutionsView)).Rows.Length);
    }

    [Fact]
    public async Task An_entry_comes_with_its_exact_statement_its_chain_its_policies_and_a_bundle_that_verifies()
    {
        await using var plane = await FacesPlane.StartAsync();
        using var auditor = await plane.AsAsync("auditor");
        var entry = await plane.AskAsync("5");
        await plane.IndexedAsync(auditor);
        var view = await FacesPlane.ReadAsync(auditor, $"{ApiRoutes.Entries}{entry}", ApiJson.Default.EntryView);
        Assert.Equal(("decision", ProofState.InHead, true), (view.Type, view.Proof.State, view.IsSnapshotInForce));
        Assert.Equal(view.StatementDigest, Proof.Digest.Of(System.Text.Encoding.UTF8.GetBytes(view.Statement)).ToHex());
        Assert.Equal(plane.Point.Transfer("5").ToString(), view.Request);
        Assert.Equal(["enforcement-point", "policy-activation"], view.Chain.Select(c => c.Type).Order(StringComparer.Ordinal));
        var policy = Assert.Single(view.Policies);
        Assert.Equal(("pay-small", "permit", "Ask finance.", "main.cedar", 2), (policy.Id, policy.Effect, policy.Message, policy.File, policy.Line));
        Assert.Contains("decimal(\"1000.0\")", policy.Text, StringComparison.Ordinal);
        Assert.Equal((1, 0), (policy.Allows, policy.Denials));
        Assert.Empty(view.PastPolicies);
        using var zip = await auditor.GetAsync(new Uri($"{ApiRoutes.Entries}{entry}{ApiRoutes.ProofSuffix}", UriKind.Relative));
        Assert.Equal(("application/zip", "attachment"), (zip.Content.Headers.ContentType!.MediaType, zip.Content.Headers.ContentDisposition!.DispositionType));
        Assert.True(EvidenceBundle.TryParse(await zip.Content.ReadAsByteArrayAsync(), out var bundle, out var error), error);
        Assert.Contains(bundle.Entries, e => e.Index == entry);
        for (var index = 0L; index < view.Entries; index++)
        {
            var other = await FacesPlane.ReadAsync(auditor, $"{ApiRoutes.Entries}{index}", ApiJson.Default.EntryView);
            Assert.Equal((index, ProofState.InHead), (other.Entry, other.Proof.State));
        }
    }

    [Fact]
    public async Task The_other_pages_say_what_is_in_force()
    {
        await using var plane = await FacesPlane.StartAsync();
        using var owner = await plane.AsAsync("owner");
        var refused = await plane.AskAsync("5000");
        var allowed = await plane.AskAsync("5");
        await plane.IndexedAsync(owner);
        var state = await FacesPlane.ReadAsync(owner, ApiRoutes.State, ApiJson.Default.StateView);
        Assert.Equal((null, null, 2, 1, null), (state.Refusing, state.Detail, state.Policies, state.Points, state.Proved));
        var policies = await FacesPlane.ReadAsync(owner, ApiRoutes.Policies, ApiJson.Default.PoliciesView);
        Assert.Equal((state.Snapshot, 2, "main.cedar", 1), (policies.Snapshot, policies.Policies.Length, policies.Files.Single().Path, policies.History.Length));
        var tool = (await FacesPlane.ReadAsync(owner, ApiRoutes.Tools, ApiJson.Default.ToolsView)).Servers.Single().Tools.Single();
        Assert.Equal(("transfer", 2, 1, null), (tool.Name, tool.Calls, tool.Refused, tool.Broken));
        var identities = await FacesPlane.ReadAsync(owner, ApiRoutes.Identities, ApiJson.Default.IdentitiesView);
        Assert.Equal([("alice", 0L, 0L), ("local", 1L, 1L)], identities.Identities.Select(i => (i.Name, i.Allows, i.Denials)));
        Assert.Equal(("https://idp.example", 1, null), (identities.Issuers.Single().Url, identities.Issuers.Single().Keys, identities.Issuers.Single().Detail));
        var ledger = await FacesPlane.ReadAsync(owner, ApiRoutes.Ledger + "?limit=5", ApiJson.Default.LedgerView);
        Assert.Equal((state.Entries, state.Entries, 5, state.Entries - 5), (ledger.Entries, ledger.HeadSize!.Value, ledger.Newest.Length, ledger.Next!.Value));
        Assert.Contains(plane.Home.HeadKey.Name, ledger.Head, StringComparison.Ordinal);
        var health = await FacesPlane.ReadAsync(owner, ApiRoutes.Health, ApiJson.Default.HealthView);
        Assert.All(health.Components.Where(c => c.Name != "probes"), c => Assert.Equal((c.Name, "ok", null), (c.Name, c.State, c.Code)));
        Assert.Equal("unknown", health.Components.Single(c => c.Name == "probes").State);
        Assert.True(health.Points.Single().IsConnected);
        Assert.Equal(2, (await FacesPlane.ReadAsync(owner, ApiRoutes.Setup, ApiJson.Default.SetupView)).Calls);
        var row = (await FacesPlane.ReadAsync(owner, ApiRoutes.Decisions + "?limit=1", ApiJson.Default.DecisionsView)).Rows.Single();
        var lineage = await FacesPlane.ReadAsync(owner, ApiRoutes.Lineage + row.Execution, ApiJson.Default.LineageView);
        Assert.Equal((row.Execution, 1, allowed, null), (lineage.Execution, lineage.Total, lineage.Nodes.Single().Decision.Entry, lineage.Nodes.Single().Parent));
        Assert.True(refused < allowed);
    }

    [Fact]
    public async Task A_halt_and_a_revocation_of_a_session_are_entries_with_its_name_and_stop_the_next_call()
    {
        await using var plane = await FacesPlane.StartAsync();
        using var client = await plane.AsAsync("operator");
        var who = $"Agent::local:uid:{Settings.PrivateFolder.UserId}";
        var preview = await FacesPlane.ReadAsync(client, $"{ApiRoutes.HaltPreview}?kind=principal&value={Uri.EscapeDataString(who)}", ApiJson.Default.HaltPreview);
        Assert.Equal(($"principal {who}", 0), (preview.Scope, preview.Leases));
        var (status, body) = await FacesPlane.PostAsync(client, ApiRoutes.Halts, $$"""{"kind":"principal","value":"{{who}}","reason":"drill"}""");
        var halt = JsonSerializer.Deserialize(body, ApiJson.Default.HaltDone)!;
        Assert.Equal((200, $"principal {who}"), (status, halt.Scope));
        var view = await FacesPlane.ReadAsync(client, $"{ApiRoutes.Entries}{halt.Entry}", ApiJson.Default.EntryView);
        Assert.Equal("halt", view.Type);
        Assert.Contains($"\"by\":\"uid:{Settings.PrivateFolder.UserId}\"", view.Statement, StringComparison.Ordinal);
        Assert.Equal(("drill", $"uid:{Settings.PrivateFolder.UserId}", true), (await FacesPlane.ReadAsync(client, ApiRoutes.Halts, ApiJson.Default.HaltsView)).Halts.Select(h => (h.Reason, h.By, h.IsDurable)).Single());
        var denied = await FacesPlane.ReadAsync(client, $"{ApiRoutes.Entries}{await plane.AskAsync("5")}", ApiJson.Default.EntryView);
        Assert.Equal("Halted", denied.Decision!.Reason);

        (status, body) = await FacesPlane.PostAsync(client, ApiRoutes.Revocations, """{"kind":"principal","value":"User::alice@local","reason":"gone"}""");
        Assert.Equal(200, status);
        await plane.IndexedAsync(client);
        var identities = await FacesPlane.ReadAsync(client, ApiRoutes.Identities, ApiJson.Default.IdentitiesView);
        Assert.True(identities.Identities.Single(i => i.Name == "alice").IsRevoked);
        Assert.Equal(["principal User::alice@local"], identities.Revoked);

        Assert.Equal(200, (await FacesPlane.PostAsync(client, ApiRoutes.Halts, """{"kind":"all","value":"all","reason":"drill"}""")).Status);
        Assert.Equal("Halted", (await FacesPlane.ReadAsync(client, ApiRoutes.State, ApiJson.Default.StateView)).Refusing);
    }

    [Fact]
    public async Task A_tampered_entry_is_failed_on_every_page_that_rests_on_it()
    {
        await using var plane = await FacesPlane.StartAsync();
        using var owner = await plane.AsAsync("owner");
        var allowed = await plane.AskAsync("5");
        var refused = await plane.AskAsync("5000");
        await plane.IndexedAsync(owner);
        var execution = (await FacesPlane.ReadAsync(owner, $"{ApiRoutes.Entries}{refused}", ApiJson.Default.EntryView)).Decision!.Execution;
        var file = Path.Combine(plane.Home.Settings.Paths.Ledger, "ledger.db");
        Edit(file, string.Create(CultureInfo.InvariantCulture, $"UPDATE entry SET statement = CAST(replace(CAST(statement AS TEXT), 'NotPermitted', 'Forbidden') AS BLOB) WHERE idx = {refused}"));
        var row = (await FacesPlane.ReadAsync(owner, ApiRoutes.Decisions, ApiJson.Default.DecisionsView)).Rows.Single(r => r.Entry == refused);
        Assert.Equal(ProofState.Failed, row.Proof);
        var entry = await FacesPlane.ReadAsync(owner, $"{ApiRoutes.Entries}{refused}", ApiJson.Default.EntryView);
        Assert.Equal((ProofState.Failed, ProofState.Failed), (entry.Proof.State, entry.Decision!.Proof));
        Assert.NotNull(entry.Proof.Detail);
        Assert.Equal(ProofState.Failed, (await FacesPlane.ReadAsync(owner, ApiRoutes.Overview, ApiJson.Default.OverviewView)).Refusals.Single().Proof);
        Assert.Equal(ProofState.Failed, (await FacesPlane.ReadAsync(owner, ApiRoutes.Executions, ApiJson.Default.ExecutionsView)).Rows.Single(r => r.Entry == refused).Proof);
        Assert.Equal(ProofState.Failed, (await FacesPlane.ReadAsync(owner, ApiRoutes.Lineage + execution, ApiJson.Default.LineageView)).Nodes.Single().Decision.Proof);
        var ledger = await FacesPlane.ReadAsync(owner, ApiRoutes.Ledger, ApiJson.Default.LedgerView);
        Assert.Equal("not what was signed", ledger.Newest.Single(l => l.Entry == refused).Says);
        Assert.Contains($"entry {refused} ", ledger.Failure, StringComparison.Ordinal);
        Assert.Contains($"entry {refused} ", (await FacesPlane.ReadAsync(owner, ApiRoutes.State, ApiJson.Default.StateView)).Detail, StringComparison.Ordinal);
        Assert.Equal("degraded", (await FacesPlane.ReadAsync(owner, ApiRoutes.Health, ApiJson.Default.HealthView)).Components.Single(c => c.Name == "ledger").State);
        Assert.Equal(503, (await FacesPlane.GetAsync(owner, $"{ApiRoutes.Entries}{refused}{ApiRoutes.ProofSuffix}")).Status);

        // Bytes that are no statement at all; and a leaf that was made to fit.
        Edit(file, string.Create(CultureInfo.InvariantCulture, $"UPDATE entry SET statement = zeroblob(9) WHERE idx = {allowed}"));
        Assert.All((await FacesPlane.ReadAsync(owner, ApiRoutes.Decisions, ApiJson.Default.DecisionsView)).Rows, r => Assert.Equal(ProofState.Failed, r.Proof));
        Assert.Equal(ProofState.Failed, (await FacesPlane.ReadAsync(owner, $"{ApiRoutes.Entries}{allowed}", ApiJson.Default.EntryView)).Proof.State);
    }

    [Theory]
    [InlineData("UPDATE decision SET reason = (SELECT id FROM word WHERE text = 'IdentityUnverifiable') WHERE reason = (SELECT id FROM word WHERE text = 'NotPermitted')", "?reason=IdentityUnverifiable")]
    [InlineData("UPDATE decision SET idx = 0 WHERE reason = (SELECT id FROM word WHERE text = 'NotPermitted')", "?reason=NotPermitted")]
    [InlineData("UPDATE decision SET done = 0, result = 1 WHERE jti IS NOT NULL", "?verdict=allow")]
    public async Task An_index_that_says_what_an_entry_does_not_answers_nothing_and_is_made_again(string lie, string query)
    {
        await using var plane = await FacesPlane.StartAsync();
        using var owner = await plane.AsAsync("owner");
        _ = await plane.AskAsync("5");
        _ = await plane.AskAsync("5000");
        _ = await plane.Point.AskAsync(plane.Point.Ask(plane.Point.Transfer("1")));
        await plane.IndexedAsync(owner);
        var right = (await FacesPlane.ReadAsync(owner, ApiRoutes.Decisions + query, ApiJson.Default.DecisionsView)).Rows;
        Edit(Path.Combine(plane.Home.Settings.Paths.Ledger, "faces.db"), lie);
        var (status, body) = await FacesPlane.GetAsync(owner, ApiRoutes.Decisions + query);
        Assert.Equal((503, ApiRefusal.Busy), (status, FacesPlane.Refusal(body).Code));
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            (status, var again) = await FacesPlane.GetAsync(owner, ApiRoutes.Decisions + query);
            if (status == 200 && JsonSerializer.Deserialize(again, ApiJson.Default.DecisionsView)!.Rows.SequenceEqual(right))
            {
                break;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(30), again);
        }
    }

    [Fact]
    public async Task New_decisions_are_told_as_they_come_and_what_was_missed_is_told_first()
    {
        await using var plane = await FacesPlane.StartAsync();
        using var viewer = await plane.AsAsync("viewer");
        var missed = await plane.AskAsync("5000");
        await plane.IndexedAsync(viewer);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(ApiRoutes.Events + "?verdict=deny", UriKind.Relative));
        request.Headers.Add("Last-Event-ID", (missed - 1).ToString(CultureInfo.InvariantCulture));
        using var answer = await viewer.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(new MediaTypeHeaderValue("text/event-stream"), answer.Content.Headers.ContentType);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
        async Task<DecisionRow> RowAsync()
        {
            while (await lines.ReadLineAsync() is { } line)
            {
                if (line == "event: row")
                {
                    var row = JsonSerializer.Deserialize((await lines.ReadLineAsync())!["data: ".Length..], ApiJson.Default.DecisionRow)!;
                    return row;
                }
            }

            throw new InvalidOperationException("the stream ended");
        }

        Assert.Equal("event: beat", await lines.ReadLineAsync());
        Assert.Equal(missed, (await RowAsync()).Entry);
        _ = await plane.AskAsync("5");
        var next = await plane.AskAsync("7000");
        var live = await RowAsync();
        Assert.Equal((next, "NotPermitted", null), (live.Entry, live.Reason, live.Arguments));
    }

    [Fact]
    public async Task A_fifth_stream_of_a_session_is_busy_and_a_session_that_ends_takes_its_streams_with_it()
    {
        await using var plane = await FacesPlane.StartAsync();
        using var viewer = await plane.AsAsync("viewer");
        var open = new List<HttpResponseMessage>();
        for (var i = 0; i < 4; i++)
        {
            open.Add(await viewer.GetAsync(new Uri(ApiRoutes.Events, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead));
            Assert.Equal(200, (int)open[^1].StatusCode);
        }

        Assert.Equal(503, (await FacesPlane.GetAsync(viewer, ApiRoutes.Events)).Status);
        using (await viewer.DeleteAsync(new Uri(ApiRoutes.Session, UriKind.Relative)))
        {
            foreach (var stream in open)
            {
                // Its end comes with the next beat.
                _ = await stream.Content.ReadAsStringAsync();
                stream.Dispose();
            }
        }
    }
}
