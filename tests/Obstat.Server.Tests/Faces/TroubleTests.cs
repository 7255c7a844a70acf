using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Obstat.Console.Api;
using Obstat.Proof;
using Obstat.Proof.Leases;
using Obstat.Proof.Messages;
using Obstat.Proof.Statements;
using Obstat.Server.Tests.Planes;
using Assertion = Obstat.Proof.Messages.Assertion;

namespace Obstat.Server.Tests.Faces;

/// <summary>What probes proved stands in the headline with its age; what is not well is told within five seconds, with its reason, and never as well.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class TroubleTests
{
    private static readonly TimeSpan Told = TimeSpan.FromSeconds(5);

    private static async Task SayAsync(FacesPlane plane, StateView state, string? disarmed = null, long effects = 0)
    {
        var me = new PointBoot("gateway", plane.Point.Boot);
        var said = new EffectivePolicy(
            me, Digest.Of([1]), Digest.Of([2]), Digest.TryParseHex(state.Snapshot, out var snapshot) ? snapshot : default, plane.Registered.Epoch, plane.Registered.OrdersHead, [],
            new ProofOfClosure(9_000, 2_000, 1_000, null, effects, disarmed), 0, ImmutableSortedDictionary<LeaseClass, long>.Empty.Add(LeaseClass.Stream, 51_000), DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        Assert.Equal(200, (await plane.Point.PlaneAsync(PlaneRoutes.Effective, PlaneMessage.Write(new EffectiveReport(me, said.Sign(plane.Point.Report))))).Status);
    }

    private static Task<StateView> StateAsync(HttpClient client) => FacesPlane.ReadAsync(client, ApiRoutes.State, ApiJson.Default.StateView);

    /// <summary>Beats of a stream as they come.</summary>
    private static async IAsyncEnumerable<BeatView> BeatsAsync(HttpClient client)
    {
        using var answer = await client.GetAsync(new Uri(ApiRoutes.Events, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
        while (await lines.ReadLineAsync() is { } line)
        {
            if (line == "event: beat")
            {
                yield return JsonSerializer.Deserialize((await lines.ReadLineAsync())!["data: ".Length..], ApiJson.Default.BeatView)!;
            }
        }
    }

    [Fact]
    public async Task What_probes_proved_is_the_headline_and_a_point_that_says_nothing_more_is_told_within_five_seconds()
    {
        await using var plane = await FacesPlane.StartAsync();
        using var viewer = await plane.AsAsync("viewer");
        var state = await StateAsync(viewer);
        Assert.Null(state.Proved);
        Assert.Empty(state.Troubles);
        await SayAsync(plane, state);
        var clock = TimeProvider.System;
        var said = clock.GetTimestamp();
        state = await StateAsync(viewer);
        Assert.Equal((false, 1, 15, null, null), (state.Proved!.IsOpen, state.Proved.Points, state.Proved.Interval, state.Proved.Refusing, state.Proved.Detail));
        Assert.InRange((state.AsOf - state.Proved.At!.Value).TotalSeconds, 1.9, 10);
        Assert.InRange((state.AsOf - state.Proved.Served!.Value).TotalSeconds, 0.9, 10);
        var point = (await FacesPlane.ReadAsync(viewer, ApiRoutes.Health, ApiJson.Default.HealthView)).Points.Single();
        Assert.Equal((Digest.Of([1]).ToHex(), Digest.Of([2]).ToHex(), state.Snapshot, 1d, 0L), (point.Build, point.Config, point.Snapshot, point.PulseSeconds, point.Effects));
        Assert.Empty(point.Drift);
        Assert.NotNull(point.Armed);
        await foreach (var beat in BeatsAsync(viewer))
        {
            if (beat.Troubles.Any(t => t is { What: "point gateway", State: "silent", Code: null }))
            {
                break;
            }

            Assert.True(clock.GetElapsedTime(said) < Told, "nothing was told");
        }

        Assert.True(clock.GetElapsedTime(said) < Told, "it was told too late");
        var health = await FacesPlane.ReadAsync(viewer, ApiRoutes.Health, ApiJson.Default.HealthView);
        Assert.True(health.Points.Single().IsSilent);
        Assert.Equal("degraded", health.Components.Single(c => c.Name == "points").State);
        await SayAsync(plane, state);
        Assert.Empty((await StateAsync(viewer)).Troubles);
    }

    [Theory]
    [InlineData(0, "refusing")]
    [InlineData(1, "open")]
    public async Task A_point_that_is_disarmed_is_never_shown_as_proved_closed(long effects, string word)
    {
        await using var plane = await FacesPlane.StartAsync();
        using var viewer = await plane.AsAsync("viewer");
        await SayAsync(plane, await StateAsync(viewer), "a probe was answered 200", effects);
        var state = await StateAsync(viewer);
        Assert.Equal((null, effects > 0, "gateway is disarmed: a probe was answered 200"), (state.Proved!.At, state.Proved.IsOpen, state.Proved.Detail));
        Assert.Equal(("point gateway", word, "Fault", "a probe was answered 200"), state.Troubles.Select(t => (t.What, t.State, t.Code, t.Detail)).Single());
        Assert.Equal(effects > 0 ? "refusing" : "degraded", (await FacesPlane.ReadAsync(viewer, ApiRoutes.Health, ApiJson.Default.HealthView)).Components.Single(c => c.Name == "probes").State);
    }

    [Fact]
    public async Task A_changed_entry_is_told_within_five_seconds_though_nobody_looked_at_it()
    {
        await using var plane = await FacesPlane.StartAsync();
        using var viewer = await plane.AsAsync("viewer");
        var entry = await plane.AskAsync("5000");
        await plane.IndexedAsync(viewer);
        using (var connection = new SqliteConnection($"Data Source={Path.Combine(plane.Home.Settings.Paths.Ledger, "ledger.db")};Pooling=False;Default Timeout=30"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "UPDATE entry SET statement = CAST(replace(CAST(statement AS TEXT), 'NotPermitted', 'Forbidden') AS BLOB) WHERE idx = $1";
            _ = command.Parameters.AddWithValue("$1", entry);
            Assert.Equal(1, command.ExecuteNonQuery());
        }

        var changed = TimeProvider.System.GetTimestamp();
        await foreach (var beat in BeatsAsync(viewer))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(changed) < Told, "nothing was told");
            if (beat.Troubles.Any(t => t is { What: "ledger", State: "failed" } && t.Detail.Contains(string.Create(CultureInfo.InvariantCulture, $"entry {entry} "), StringComparison.Ordinal)))
            {
                break;
            }
        }
    }

    [Fact]
    public async Task A_point_has_a_page_of_its_own_and_what_runs_under_a_lease_a_list()
    {
        await using var plane = await FacesPlane.StartAsync();
        using var auditor = await plane.AsAsync("auditor");
        await SayAsync(plane, await StateAsync(auditor));
        var refused = await plane.AskAsync("5000");
        var token = new Assertion(AssertionKinds.RunToken, await plane.Point.RunTokenAsync());
        var allowed = Assert.IsType<AllowAnswer>(await plane.Point.AskAsync(plane.Point.Ask(plane.Point.Transfer("5"), token) with { Mode = "lease" })).Entry;
        await plane.IndexedAsync(auditor);
        var detail = await FacesPlane.ReadAsync(auditor, ApiRoutes.Points + "gateway", ApiJson.Default.PointDetailView);
        Assert.Equal((Digest.Of([1]).ToHex(), Digest.Of([2]).ToHex(), plane.Registered.Epoch, 51), (detail.RegisteredBuild, detail.RegisteredConfig, detail.Epoch, detail.StopMs["stream"]));
        Assert.Equal([allowed, refused], detail.Newest.Select(r => r.Entry));
        Assert.Equal(("NotPermitted", 1), detail.Refused.Select(r => (r.Value, (int)r.Count)).Single());
        Assert.Equal((2, 30), ((int)detail.Latencies.Sum(l => l.Decisions), detail.Latencies.Length));
        Assert.InRange(detail.Point.DecisionP99!.Value, detail.Point.DecisionP50!.Value, 60_000);
        Assert.True(EffectivePolicy.TryVerify(detail.Effective!, plane.Point.Report.Public, DateTimeOffset.UtcNow.ToUnixTimeSeconds(), out _, out _));
        Assert.Equal(detail.Point.Entry, Assert.Single(detail.Boots).Entry);
        Assert.Equal(404, (await FacesPlane.GetAsync(auditor, ApiRoutes.Points + "other")).Status);
        var lease = Assert.Single((await FacesPlane.ReadAsync(auditor, ApiRoutes.Leases, ApiJson.Default.LeasesView)).Leases);
        Assert.Equal(("gateway", false, allowed), (lease.Point, lease.IsOpened, lease.Decision!.Entry));
        Assert.InRange(lease.LeftSeconds, 0.1, 11);
    }

    [Fact]
    public async Task Lineage_is_compared_and_taken_away_by_those_who_may()
    {
        await using var plane = await FacesPlane.StartAsync();
        using var auditor = await plane.AsAsync("auditor");
        using var viewer = await plane.AsAsync("viewer");
        _ = await plane.AskAsync("5");
        _ = await plane.AskAsync("5000");
        await plane.IndexedAsync(auditor);
        var rows = (await FacesPlane.ReadAsync(auditor, ApiRoutes.Decisions, ApiJson.Default.DecisionsView)).Rows;
        var (refused, allowed) = (rows[0].Execution, rows[1].Execution);
        var compared = await FacesPlane.ReadAsync(viewer, $"{ApiRoutes.Compare}?a={allowed}&b={refused}", ApiJson.Default.CompareView);
        Assert.Equal((0, "allowed against NotPermitted"), (compared.SameUntil, Assert.Single(compared.Steps).Difference));
        var same = await FacesPlane.ReadAsync(viewer, $"{ApiRoutes.Compare}?a={allowed}&b={allowed}", ApiJson.Default.CompareView);
        Assert.Equal((1, null), (same.SameUntil, Assert.Single(same.Steps).Difference));
        Assert.Equal(400, (await FacesPlane.GetAsync(viewer, $"{ApiRoutes.Compare}?a={allowed}")).Status);
        var prov = await FacesPlane.GetAsync(auditor, ApiRoutes.Lineage + allowed + ApiRoutes.ProvSuffix);
        Assert.Equal(200, prov.Status);
        Assert.NotNull(TestInstallation.Json(prov.Body)["activity"]![$"log:execution/{allowed}"]);
        var events = await FacesPlane.GetAsync(auditor, ApiRoutes.Lineage + allowed + ApiRoutes.OpenLineageSuffix);
        Assert.Equal("START", TestInstallation.Json(events.Body.TrimEnd('\n'))["eventType"]!.AsString);
        foreach (var suffix in (string[])[ApiRoutes.ProvSuffix, ApiRoutes.OpenLineageSuffix])
        {
            Assert.Equal(403, (await FacesPlane.GetAsync(viewer, ApiRoutes.Lineage + allowed + suffix)).Status);
            Assert.Equal(404, (await FacesPlane.GetAsync(auditor, ApiRoutes.Lineage + TestPoint.Random128() + suffix)).Status);
            Assert.Equal(400, (await FacesPlane.GetAsync(auditor, ApiRoutes.Lineage + "x" + suffix)).Status);
        }
    }
}
