using System.Collections.Immutable;
using System.Text;
using Obstat.Proof.Bundles;
using Obstat.Proof.Dsse;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Messages;
using Obstat.Proof.Messages.Admin;
using Obstat.Proof.Permits;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;
using Obstat.Settings;
using Obstat.Tests;

namespace Obstat.Server.Tests.Planes;

/// <summary>What a registered point is answered, and what the ledger then says.</summary>
public sealed class AskTests : PlaneCase
{
    [Fact]
    public async Task A_point_registers_asks_and_reports_and_everything_is_proven()
    {
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        var registered = await point.RegisterAsync();
        Assert.True(PlaneKeySet.TryVerify(registered.KeySet, _home.Root.Kid, _home.HeadKey.ToString(), DateTimeOffset.UtcNow.ToUnixTimeSeconds(), out var set, out var refusal), refusal.ToString());
        Assert.False(File.Exists(_home.Settings.Paths.Enrolment("gateway")));

        var token = await point.RunTokenAsync();
        var allow = Assert.IsType<AllowAnswer>(await point.AskAsync(point.Ask(point.Transfer("900.5"), TestPoint.Run(token))));
        Assert.True(StrictJws.TryVerify(allow.Permit, PermitProfiles.Permit, set.Of(KeyRole.Permit, DateTimeOffset.UtcNow.ToUnixTimeSeconds()), DateTimeOffset.UtcNow.ToUnixTimeSeconds(), out var permit, out refusal), refusal.ToString());
        Assert.True(PermitClaims.TryRead(permit.Claims, out var claims, out _));
        var decision = _home.Proven(allow.Receipt);
        Assert.Equal((claims.ClaimsDigest(), allow.Entry), (decision.Permit!.Claims, claims.Led!.Index));
        Assert.Equal(["transfer"], allow.Visible);

        var outcome = new OutcomeStatement
        {
            Nonce = TestPoint.Random128(),
            Origin = decision.Origin,
            Time = Timestamp.From(DateTimeOffset.UtcNow),
            Clock = decision.Clock,
            Ep = new PointSequence("gateway", point.Boot, point.NextSeq(), null),
            Decision = new EntryReference(allow.Entry, Statement.DigestOf(decision.ToBytes())),
            Jti = claims.Jti,
            Result = "succeeded",
            Code = null,
            Started = null,
            Ended = Timestamp.From(DateTimeOffset.UtcNow),
            Effects = new EffectCounts(1, 10, 10),
            Usage = [],
            Stop = null,
            Sealed = [],
        };
        using var signer = point.Report.ToStatementSigner();
        var envelope = new Envelope(outcome.ToBytes(), signer.Sign(outcome.ToBytes())).ToBytes();
        var entry = TestPoint.Read<EntryAnswer>(await point.PlaneAsync(PlaneRoutes.Outcomes, envelope));
        Assert.True(entry.Entry > allow.Entry);
        Assert.Equal(entry.Entry, TestPoint.Read<EntryAnswer>(await point.PlaneAsync(PlaneRoutes.Outcomes, envelope)).Entry);

        var rows = TestPoint.Read<DecisionsAnswer>(await point.AdminAsync(AdminRoutes.Decisions, PlaneMessage.Write(new DecisionsRequest(null, 10, null, null))));
        var row = Assert.Single(rows.Decisions);
        Assert.Equal(("succeeded", entry.Entry, "payments", "transfer"), (row.Outcome, row.OutcomeEntry, row.Server, row.Name));
        Assert.Equal($"Agent::local:uid:{PrivateFolder.UserId}", row.Principal);
        var shown = TestPoint.Read<EntryShown>(await point.AdminAsync(AdminRoutes.Entry, PlaneMessage.Write(new EntryRequest(allow.Entry))));
        Assert.Equal(point.Transfer("900.5"), shown.Request);
        var (status, zip) = await point.AdminAsync(AdminRoutes.Export, PlaneMessage.Write(new ExportRequest(allow.Entry, allow.Entry)));
        Assert.Equal(200, status);
        Assert.True(EvidenceBundle.TryParse(zip, out var bundle, out var error), error);
        Assert.Contains(bundle.Entries, e => e.Index == entry.Entry);
        Assert.NotEmpty(bundle.Permits);
        Assert.NotEmpty(bundle.Snapshots);
    }

    [Fact]
    public async Task A_denial_is_answered_with_its_entry_and_hint()
    {
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        await point.RegisterAsync();
        var deny = Assert.IsType<DenyAnswer>(await point.AskAsync(point.Ask(point.Transfer("12000"), TestPoint.Run(await point.RunTokenAsync()))));
        Assert.Equal((DenyReason.NotPermitted, "Ask finance.", Retry.Changed), (deny.Reason, deny.Hint, deny.Retry));
        Assert.Equal("NotPermitted", _home.Proven(deny.Receipt!).Reason);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not-a-token")]
    public async Task Nobody_is_denied_and_recorded(string token)
    {
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        await point.RegisterAsync();
        var deny = Assert.IsType<DenyAnswer>(await point.AskAsync(token.Length == 0 ? point.Ask(point.Transfer("1")) : point.Ask(point.Transfer("1"), TestPoint.Run(token))));
        Assert.Equal(DenyReason.IdentityUnverifiable, deny.Reason);
        Assert.NotNull(deny.Entry);
    }

    [Fact]
    public async Task The_same_ask_again_is_answered_the_same_and_decided_once()
    {
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        await point.RegisterAsync();
        var ask = point.Ask(point.Transfer("1"), TestPoint.Run(await point.RunTokenAsync()));
        var body = PlaneMessage.Write(ask);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => point.PlaneAsync(PlaneRoutes.Asks, body)));
        Assert.All(answers, a => Assert.Equal(answers[0].Body, a.Body));
        Assert.IsType<AllowAnswer>(TestPoint.Read<AskAnswer>(answers[0]));
        var other = Assert.IsType<DenyAnswer>(await point.AskAsync(ask with { Action = point.Transfer("2") }));
        Assert.Equal((DenyReason.Malformed, (long?)null), (other.Reason, other.Entry));
        var rows = TestPoint.Read<DecisionsAnswer>(await point.AdminAsync(AdminRoutes.Decisions, PlaneMessage.Write(new DecisionsRequest(null, 10, null, null))));
        Assert.Single(rows.Decisions);
    }

    [Fact]
    public async Task One_decision_stands_for_each_number_of_a_boot()
    {
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        await point.RegisterAsync();
        var token = await point.RunTokenAsync();
        var bodies = Enumerable.Range(1, 40).Select(i => PlaneMessage.Write(point.Ask(point.Transfer(i % 2 == 0 ? "1" : "5000"), TestPoint.Run(token)))).ToImmutableArray();
        var answers = await Task.WhenAll(bodies.Concat(bodies).Select(b => point.PlaneAsync(PlaneRoutes.Asks, b)));
        Assert.Equal(20, answers.Take(40).Count(a => TestPoint.Read<AskAnswer>(a) is AllowAnswer));
        var rows = TestPoint.Read<DecisionsAnswer>(await point.AdminAsync(AdminRoutes.Decisions, PlaneMessage.Write(new DecisionsRequest(null, 1000, null, null))));
        Assert.Equal(40, rows.Decisions.Length);
    }

    [Fact]
    public async Task An_ask_that_is_not_understood_ends_its_number_in_a_refusals_entry()
    {
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        await point.RegisterAsync();
        var deny = Assert.IsType<DenyAnswer>(await point.AskAsync(point.Ask(point.Transfer("1").With("kind", JsonValue.Of("http")))));
        Assert.Equal((DenyReason.UnknownAction, (long?)null), (deny.Reason, deny.Entry));
        var status = await point.StatusAsync();
        var newest = TestPoint.Read<EntryShown>(await point.AdminAsync(AdminRoutes.Entry, PlaneMessage.Write(new EntryRequest(status.Entries - 1))));
        Assert.Equal("refusals", newest.Type);
    }

    [Fact]
    public async Task The_golden_ask_of_a_boot_that_never_registered_is_refused()
    {
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        using var golden = System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(Vectors.Own("messages/ask.json")));
        foreach (var ask in golden.RootElement.GetProperty("accepted").EnumerateArray())
        {
            var (status, body) = await point.PlaneAsync(PlaneRoutes.Asks, Encoding.UTF8.GetBytes(ask.GetRawText()));
            Assert.Equal((401, DenyReason.IdentityUnverifiable), (status, TestPoint.ReasonOf(body)));
        }
    }

    [Fact]
    public async Task Numbers_that_a_boot_used_and_no_entry_holds_become_a_gap_when_the_next_boot_registers()
    {
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        await point.RegisterAsync();
        var token = await point.RunTokenAsync();
        _ = await point.AskAsync(point.Ask(point.Transfer("1"), TestPoint.Run(token)));
        _ = point.NextSeq();
        _ = await point.AskAsync(point.Ask(point.Transfer("1"), TestPoint.Run(token)));
        var next = point.Registration() with { Boot = TestPoint.Random128(), Previous = new PreviousBoot(point.Boot, 5) };
        Assert.Equal(200, (await point.RegisterAsync(next)).Status);
        var status = await point.StatusAsync();
        var found = new List<JsonValue>();
        for (var i = status.Entries - 4; i < status.Entries; i++)
        {
            var entry = TestPoint.Read<EntryShown>(await point.AdminAsync(AdminRoutes.Entry, PlaneMessage.Write(new EntryRequest(i))));
            if (entry.Type == "gap")
            {
                found.Add(entry.Statement["predicate"]!["ranges"]!);
            }
        }

        Assert.Equal(TestInstallation.Json("[[2,2],[4,5]]"), Assert.Single(found));
    }
}
