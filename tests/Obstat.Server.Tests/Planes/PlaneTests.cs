using System.Net;
using System.Net.Sockets;
using System.Collections.Immutable;
using System.Text;
using Obstat.Proof;
using Obstat.Proof.Bundles;
using Obstat.Proof.Dsse;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Merkle;
using Obstat.Proof.Messages;
using Obstat.Proof.Messages.Admin;
using Obstat.Proof.Notes;
using Obstat.Proof.Permits;
using Obstat.Proof.Reasons;
using Obstat.Proof.Receipts;
using Obstat.Proof.Statements;
using Obstat.Settings;
using Obstat.Storage;
using Obstat.Tests;
using Assertion = Obstat.Proof.Messages.Assertion;

namespace Obstat.Server.Tests.Planes;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class PlaneTests : IDisposable
{
    private readonly TestInstallation _home = new();

    public void Dispose() => _home.Dispose();

    private static Assertion Run(string token) => new(AssertionKinds.RunToken, token);

    private static DenyReason ReasonOf(byte[] body)
    {
        Assert.True(PlaneMessage.TryRead<RefusalAnswer>(body, out var refusal, out var error), error.ToString());
        return refusal.Reason;
    }

    private async Task<string> RawAsync(string request)
    {
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        await socket.ConnectAsync(new System.Net.Sockets.UnixDomainSocketEndPoint(_home.Settings.Listen.Enforcement.Path));
        await socket.SendAsync(Encoding.ASCII.GetBytes(request));
        var buffer = new byte[64];
        var read = await socket.ReceiveAsync(buffer);
        return Encoding.ASCII.GetString(buffer, 0, read).Split(' ')[1];
    }

    private DecisionStatement Proven(JsonValue receipt)
    {
        Assert.True(Receipt.TryFromJson(receipt, out var read, out var error), error);
        Assert.True(read.TryVerify(new HeadVerifier(_home.HeadKey), out var verified, out error), error);
        return Assert.IsType<DecisionStatement>(verified.Statement);
    }

    [Fact]
    public async Task A_point_registers_asks_and_reports_and_everything_is_proven()
    {
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        var registered = await point.RegisterAsync();
        Assert.True(PlaneKeySet.TryVerify(registered.KeySet, _home.Root.Kid, _home.HeadKey.ToString(), DateTimeOffset.UtcNow.ToUnixTimeSeconds(), out var set, out var refusal), refusal.ToString());
        Assert.False(File.Exists(_home.Settings.Paths.Enrolment("gateway")));

        var token = await point.RunTokenAsync();
        var allow = Assert.IsType<AllowAnswer>(await point.AskAsync(point.Ask(point.Transfer("900.5"), Run(token))));
        Assert.True(StrictJws.TryVerify(allow.Permit, PermitProfiles.Permit, set.Of(KeyRole.Permit, DateTimeOffset.UtcNow.ToUnixTimeSeconds()), DateTimeOffset.UtcNow.ToUnixTimeSeconds(), out var permit, out refusal), refusal.ToString());
        Assert.True(PermitClaims.TryRead(permit.Claims, out var claims, out _));
        var decision = Proven(allow.Receipt);
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
    public async Task Nothing_of_the_environment_opens_a_listener()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        foreach (var name in (ReadOnlySpan<string>)["ASPNETCORE_URLS", "DOTNET_URLS", "URLS", "Kestrel__Endpoints__Extra__Url"])
        {
            Environment.SetEnvironmentVariable(name, $"http://127.0.0.1:{port}");
        }

        await using var plane = await _home.StartAsync();
        using var client = new TcpClient();
        await Assert.ThrowsAsync<SocketException>(() => client.ConnectAsync(IPAddress.Loopback, port));
    }

    [Fact]
    public async Task A_denial_is_answered_with_its_entry_and_hint()
    {
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        await point.RegisterAsync();
        var deny = Assert.IsType<DenyAnswer>(await point.AskAsync(point.Ask(point.Transfer("12000"), Run(await point.RunTokenAsync()))));
        Assert.Equal((DenyReason.NotPermitted, "Ask finance.", Retry.Changed), (deny.Reason, deny.Hint, deny.Retry));
        Assert.Equal("NotPermitted", Proven(deny.Receipt!).Reason);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not-a-token")]
    public async Task Nobody_is_denied_and_recorded(string token)
    {
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        await point.RegisterAsync();
        var deny = Assert.IsType<DenyAnswer>(await point.AskAsync(token.Length == 0 ? point.Ask(point.Transfer("1")) : point.Ask(point.Transfer("1"), Run(token))));
        Assert.Equal(DenyReason.IdentityUnverifiable, deny.Reason);
        Assert.NotNull(deny.Entry);
    }

    [Fact]
    public async Task The_same_ask_again_is_answered_the_same_and_decided_once()
    {
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        await point.RegisterAsync();
        var ask = point.Ask(point.Transfer("1"), Run(await point.RunTokenAsync()));
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
    public async Task An_ask_that_is_not_understood_ends_its_number_in_a_refusals_entry()
    {
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        await point.RegisterAsync();
        var deny = Assert.IsType<DenyAnswer>(await point.AskAsync(point.Ask(point.Transfer("1").With("kind", JsonValue.Of("http")))));
        Assert.Equal((DenyReason.UnknownAction, (long?)null), (deny.Reason, deny.Entry));
        var status = TestPoint.Read<StatusAnswer>(await point.AdminAsync(AdminRoutes.Status, PlaneMessage.Write(new AdminRequest())));
        var newest = TestPoint.Read<EntryShown>(await point.AdminAsync(AdminRoutes.Entry, PlaneMessage.Write(new EntryRequest(status.Entries - 1))));
        Assert.Equal("refusals", newest.Type);
    }

    [Fact]
    public async Task Numbers_that_a_boot_used_and_no_entry_holds_become_a_gap_when_the_next_boot_registers()
    {
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        await point.RegisterAsync();
        var token = await point.RunTokenAsync();
        _ = await point.AskAsync(point.Ask(point.Transfer("1"), Run(token)));
        _ = point.NextSeq();
        _ = await point.AskAsync(point.Ask(point.Transfer("1"), Run(token)));
        var next = point.Registration() with { Boot = TestPoint.Random128(), Previous = new PreviousBoot(point.Boot, 5) };
        Assert.Equal(200, (await point.RegisterAsync(next)).Status);
        var status = TestPoint.Read<StatusAnswer>(await point.AdminAsync(AdminRoutes.Status, PlaneMessage.Write(new AdminRequest())));
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

    [Fact]
    public async Task A_key_that_is_not_enrolled_gets_no_registration_and_no_run_token()
    {
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        Assert.Equal(401, (await point.RegisterAsync(point.Registration())).Status);
        Assert.Equal(401, (await point.RegisterAsync(point.Registration("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"))).Status);
        _ = _home.Enrolment();
        Assert.Equal(401, (await point.RegisterAsync(point.Registration("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"))).Status);
        var old = _home.Enrolment(at: DateTimeOffset.UtcNow.AddMinutes(-11));
        Assert.Equal(401, (await point.RegisterAsync(point.Registration(old))).Status);
        var secret = _home.Enrolment();
        Assert.Equal(200, (await point.RegisterAsync(point.Registration(secret))).Status);
        Assert.Equal(401, (await point.RegisterAsync(point.Registration(secret) with { Boot = TestPoint.Random128() })).Status);
        Assert.Equal(401, (await point.RegisterAsync(point.Registration() with { Boot = TestPoint.Random128() }, SigningKey.Create(KeyRole.Point))).Status);
        Assert.Equal(200, (await point.RegisterAsync(point.Registration() with { Boot = TestPoint.Random128() })).Status);

        var nonce = TestPoint.Read<NonceAnswer>(await point.AdminAsync(PlaneRoutes.IdentityNonce, PlaneMessage.Write(new NonceRequest())));
        Task<(int Status, byte[] Body)> Prove(SigningKey key, string aud, string nonceText, long uid) => point.AdminAsync(PlaneRoutes.IdentityRunToken, PlaneMessage.Write(new RunTokenRequest(
            new PossessionProof(aud, nonceText, uid, DateTimeOffset.UtcNow.ToUnixTimeSeconds(), TestPoint.Random128()).Sign(key))));
        Assert.Equal(403, (await Prove(SigningKey.Create(KeyRole.Identity), nonce.Aud, nonce.Nonce, PrivateFolder.UserId)).Status);
        Assert.Equal(403, (await Prove(_home.Local, nonce.Aud, nonce.Nonce, PrivateFolder.UserId)).Status);
        Assert.Equal(403, (await Prove(_home.Local, nonce.Aud, TestPoint.Random128(), PrivateFolder.UserId)).Status);
        nonce = TestPoint.Read<NonceAnswer>(await point.AdminAsync(PlaneRoutes.IdentityNonce, PlaneMessage.Write(new NonceRequest())));
        Assert.Equal(403, (await Prove(_home.Local, nonce.Aud, nonce.Nonce, PrivateFolder.UserId + 1)).Status);
        nonce = TestPoint.Read<NonceAnswer>(await point.AdminAsync(PlaneRoutes.IdentityNonce, PlaneMessage.Write(new NonceRequest())));
        Assert.Equal(200, (await Prove(_home.Local, nonce.Aud, nonce.Nonce, PrivateFolder.UserId)).Status);
    }

    [Fact]
    public async Task An_outcome_by_another_key_is_refused()
    {
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        await point.RegisterAsync();
        var allow = Assert.IsType<AllowAnswer>(await point.AskAsync(point.Ask(point.Transfer("1"), Run(await point.RunTokenAsync()))));
        var outcome = Outcome(point, allow, null);
        using var other = StatementSigner.Generate();
        var (status, body) = await point.PlaneAsync(PlaneRoutes.Outcomes, new Envelope(outcome.ToBytes(), other.Sign(outcome.ToBytes())).ToBytes());
        Assert.Equal((401, DenyReason.AssertionInvalid), (status, ReasonOf(body)));
        Assert.Equal(400, (await point.PlaneAsync(PlaneRoutes.Outcomes, "{}"u8.ToArray())).Status);
    }

    [Fact]
    public async Task Reports_that_come_over_many_connections_at_once_and_backwards_are_all_recorded_in_the_order_of_their_chain()
    {
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        await point.RegisterAsync();
        var token = await point.RunTokenAsync();
        var asked = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => point.AskAsync(point.Ask(point.Transfer("1"), Run(token)))));
        using var signer = point.Report.ToStatementSigner();
        var bodies = new List<byte[]>();
        Digest? prev = null;
        foreach (var allow in asked.Cast<AllowAnswer>())
        {
            var statement = Outcome(point, allow, prev).ToBytes();
            prev = Statement.DigestOf(statement);
            bodies.Add(new Envelope(statement, signer.Sign(statement)).ToBytes());
        }

        // The last comes first, but nothing can be recorded before the first.
        var sent = Enumerable.Reverse(bodies).Select(b => point.PlaneAsync(PlaneRoutes.Outcomes, b)).ToArray();
        var entries = (await Task.WhenAll(sent)).Select(a => TestPoint.Read<EntryAnswer>(a).Entry).Reverse().ToArray();
        Assert.Equal(entries.Order(), entries);
        Assert.Equal(bodies.Count, entries.Distinct().Count());
    }

    [Fact]
    public async Task Outcomes_in_one_message_are_judged_each_alone_and_again_they_get_the_same_entries()
    {
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        await point.RegisterAsync();
        var token = await point.RunTokenAsync();
        using var signer = point.Report.ToStatementSigner();
        using var other = StatementSigner.Generate();
        var bodies = new List<byte[]>();
        Digest? prev = null;
        for (var i = 0; i < 5; i++)
        {
            var statement = Outcome(point, Assert.IsType<AllowAnswer>(await point.AskAsync(point.Ask(point.Transfer("1"), Run(token)))), prev).ToBytes();

            // The fourth is signed by somebody else: what joins it has nothing to join.
            prev = Statement.DigestOf(statement);
            bodies.Add(new Envelope(statement, (i == 3 ? other : signer).Sign(statement)).ToBytes());
        }

        var told = TestPoint.Read<OutcomesAnswer>(await point.PlaneAsync(PlaneRoutes.OutcomesTogether, OutcomesReport.Write(bodies))).Outcomes;
        Assert.Equal([null, null, null, DenyReason.AssertionInvalid, DenyReason.Late], told.Select(o => o.Entry is null ? o.Reason : (DenyReason?)null));
        Assert.Equal(told.Take(3).Select(o => o.Entry).Order(), told.Take(3).Select(o => o.Entry));
        Assert.Equal(told[1].Entry, TestPoint.Read<EntryAnswer>(await point.PlaneAsync(PlaneRoutes.Outcomes, bodies[1])).Entry);
        Assert.Equal(told.Take(3), TestPoint.Read<OutcomesAnswer>(await point.PlaneAsync(PlaneRoutes.OutcomesTogether, OutcomesReport.Write(bodies[..3]))).Outcomes);
        foreach (var wrong in (byte[][])["{}"u8.ToArray(), OutcomesReport.Write([]), OutcomesReport.Write([.. Enumerable.Repeat(bodies[0], OutcomesReport.OutcomesMax + 1)])])
        {
            Assert.Equal(400, (await point.PlaneAsync(PlaneRoutes.OutcomesTogether, wrong)).Status);
        }
    }

    [Fact]
    public async Task A_report_whose_predecessor_never_came_is_to_be_sent_again()
    {
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        await point.RegisterAsync();
        var allow = Assert.IsType<AllowAnswer>(await point.AskAsync(point.Ask(point.Transfer("1"), Run(await point.RunTokenAsync()))));
        using var signer = point.Report.ToStatementSigner();
        var statement = Outcome(point, allow, Digest.Of([7])).ToBytes();
        var (status, body) = await point.PlaneAsync(PlaneRoutes.Outcomes, new Envelope(statement, signer.Sign(statement)).ToBytes());
        Assert.Equal((503, DenyReason.Late), (status, ReasonOf(body)));
    }

    [Fact]
    public async Task Coverage_goes_the_way_of_outcomes_and_after_the_last_of_a_boot_nothing_is_allowed()
    {
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        await point.RegisterAsync();
        var token = await point.RunTokenAsync();
        var allow = Assert.IsType<AllowAnswer>(await point.AskAsync(point.Ask(point.Transfer("1"), Run(token))));
        using var signer = point.Report.ToStatementSigner();
        using var stranger = SigningKey.Create(KeyRole.Report).ToStatementSigner();
        var decision = Proven(allow.Receipt);
        var outcome = Outcome(point, allow, null).ToBytes();
        _ = TestPoint.Read<EntryAnswer>(await point.PlaneAsync(PlaneRoutes.Outcomes, new Envelope(outcome, signer.Sign(outcome)).ToBytes()));
        var last = new CoverageStatement
        {
            Nonce = TestPoint.Random128(), Origin = decision.Origin, Time = Timestamp.From(DateTimeOffset.UtcNow), Clock = decision.Clock,
            Ep = new PointSequence("gateway", point.Boot, point.NextSeq(), Statement.DigestOf(outcome)), ThroughSeq = 2, Asks = 1, Reports = 1, Effects = 1, Open = [], Final = true,
        };
        var bytes = last.ToBytes();
        var (status, body) = await point.PlaneAsync(PlaneRoutes.Outcomes, new Envelope(bytes, stranger.Sign(bytes)).ToBytes());
        Assert.Equal((401, DenyReason.AssertionInvalid), (status, ReasonOf(body)));
        var lie = (last with { Open = [decision.Permit!.Jti] }).ToBytes();
        (status, body) = await point.PlaneAsync(PlaneRoutes.Outcomes, new Envelope(lie, signer.Sign(lie)).ToBytes());
        Assert.Equal(DenyReason.Malformed, ReasonOf(body));
        var envelope = new Envelope(bytes, signer.Sign(bytes)).ToBytes();
        var entry = TestPoint.Read<EntryAnswer>(await point.PlaneAsync(PlaneRoutes.Outcomes, envelope)).Entry;
        Assert.Equal(entry, TestPoint.Read<EntryAnswer>(await point.PlaneAsync(PlaneRoutes.Outcomes, envelope)).Entry);
        Assert.NotEqual(DenyReason.Undecided, Assert.IsType<DenyAnswer>(await point.AskAsync(point.Ask(point.Transfer("1"), Run(token)))).Reason);
    }

    private OutcomeStatement Outcome(TestPoint point, AllowAnswer allow, Digest? prev)
    {
        var decision = Proven(allow.Receipt);
        return new()
        {
            Nonce = TestPoint.Random128(), Origin = decision.Origin, Time = Timestamp.From(DateTimeOffset.UtcNow), Clock = decision.Clock, Ep = new PointSequence("gateway", point.Boot, point.NextSeq(), prev),
            Decision = new EntryReference(allow.Entry, Statement.DigestOf(decision.ToBytes())), Jti = decision.Permit!.Jti, Result = "succeeded", Code = null, Started = null,
            Ended = Timestamp.From(DateTimeOffset.UtcNow), Effects = new EffectCounts(1, 1, 1), Usage = [], Stop = null, Sealed = [],
        };
    }

    [Fact]
    public async Task The_listeners_are_apart_and_serve_nothing_else()
    {
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        var request = PlaneMessage.Write(new AdminRequest());
        Assert.Equal(404, (await point.PlaneAsync(AdminRoutes.Status, request)).Status);
        Assert.Equal(404, (await point.PlaneAsync(PlaneRoutes.IdentityNonce, request)).Status);
        Assert.Equal(404, (await point.AdminAsync(PlaneRoutes.Asks, request)).Status);
        foreach (var path in (string[])["/", "/v1", "/v1/asks/", "/v1//asks", "/v1/asks?x=1", "/V1/asks"])
        {
            Assert.Equal(404, (await point.PlaneAsync(path, request)).Status);
        }

        foreach (var target in (string[])["/v1/%61sks", "/v1/points/../asks", "http://plane/v1/asks", "*"])
        {
            Assert.Contains(await RawAsync($"POST {target} HTTP/1.1\r\nHost: plane\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}"), (string[])["404", "400", "405"]);
        }

        Assert.Equal("411", await RawAsync("POST /v1/asks HTTP/1.1\r\nHost: plane\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"));
        using var client = TestPoint.Client(_home.Settings.Listen.Enforcement.Path);
        using var get = await client.GetAsync(new Uri(PlaneRoutes.Asks, UriKind.Relative));
        Assert.Equal(405, (int)get.StatusCode);
        Assert.Equal(415, (await TestPoint.PostAsync(client, PlaneRoutes.Asks, request, "text/plain")).Status);
        Assert.Equal(415, (await TestPoint.PostAsync(client, PlaneRoutes.Asks, request, "application/json; charset=utf-8")).Status);
        Assert.Equal("413", await RawAsync("POST /v1/asks HTTP/1.1\r\nHost: plane\r\nContent-Type: application/json\r\nContent-Length: 1048577\r\n\r\n"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_home.Settings.Listen.Enforcement.Path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_home.Settings.Listen.Admin.Path));
    }

    [Fact]
    public async Task Unknown_members_and_other_versions_are_refused_on_every_route()
    {
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        foreach (var path in (string[])[PlaneRoutes.Points, PlaneRoutes.Asks, PlaneRoutes.Outcomes, PlaneRoutes.Refusals])
        {
            foreach (var body in (string[])["", "{}", "null", "[]", "{\"v\":2}", "{\"v\":1,\"extra\":true}", "{\"v\":1"])
            {
                Assert.Equal(400, (await point.PlaneAsync(path, Encoding.UTF8.GetBytes(body))).Status);
            }
        }

        foreach (var path in (string[])[AdminRoutes.Status, AdminRoutes.Activate, AdminRoutes.Decisions, AdminRoutes.Entry, AdminRoutes.Export, AdminRoutes.AccessToken, PlaneRoutes.IdentityNonce, PlaneRoutes.IdentityRunToken])
        {
            foreach (var body in (string[])["", "{}", "{\"v\":2}", "{\"v\":1,\"extra\":true}"])
            {
                Assert.Equal(400, (await point.AdminAsync(path, Encoding.UTF8.GetBytes(body))).Status);
            }
        }
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
            Assert.Equal((401, DenyReason.IdentityUnverifiable), (status, ReasonOf(body)));
        }
    }

    [Fact]
    public async Task A_set_that_does_not_load_changes_nothing()
    {
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        await point.RegisterAsync();
        var token = await point.RunTokenAsync();
        async Task<ActivateAnswer> Activate() => TestPoint.Read<ActivateAnswer>(await point.AdminAsync(AdminRoutes.Activate, PlaneMessage.Write(new AdminRequest())));
        var same = await Activate();
        Assert.Equal((null, (long?)null), (same.Reason, same.Entry));
        _home.Write("permit (principal, action, resource);", "broken.cedar");
        var broken = await Activate();
        Assert.Equal((DenyReason.PolicyInvalid, (long?)null, same.Snapshot), (broken.Reason, broken.Entry, broken.Snapshot));
        Assert.Contains(broken.Findings, f => f is { IsRefusing: true, Code: "MissingId", File: "broken.cedar" });
        Assert.IsType<AllowAnswer>(await point.AskAsync(point.Ask(point.Transfer("1"), Run(token))));
        _home.Write("@id(\"closed\") forbid (principal, action, resource);", "broken.cedar");
        var closed = await Activate();
        Assert.True(closed.Reason is null && closed.Entry is not null && closed.Snapshot != same.Snapshot);
        Assert.Equal(DenyReason.Forbidden, Assert.IsType<DenyAnswer>(await point.AskAsync(point.Ask(point.Transfer("1"), Run(token)))).Reason);
    }

    [Theory]
    [InlineData("", DenyReason.PolicyMissing)]
    [InlineData("forbid (principal, action, resource", DenyReason.PolicyInvalid)]
    public async Task A_plane_without_a_law_runs_denies_and_records(string policies, DenyReason reason)
    {
        _home.Write(policies);
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        await point.RegisterAsync();
        var deny = Assert.IsType<DenyAnswer>(await point.AskAsync(point.Ask(point.Transfer("1"), Run(await point.RunTokenAsync()))));
        Assert.Equal(reason, deny.Reason);
        Assert.NotNull(deny.Entry);
        Assert.Equal(reason, TestPoint.Read<StatusAnswer>(await point.AdminAsync(AdminRoutes.Status, PlaneMessage.Write(new AdminRequest()))).Refusing);
    }

    [Fact]
    public async Task Pins_that_the_operator_did_not_sign_pin_nothing()
    {
        _home.Pin("""{"name":"transfer","inputSchema":{"type":"object"}}""", SigningKey.Create(KeyRole.Operator));
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        await point.RegisterAsync();
        Assert.Equal(DenyReason.AttestationBroken, Assert.IsType<DenyAnswer>(await point.AskAsync(point.Ask(point.Transfer("1"), Run(await point.RunTokenAsync())))).Reason);
    }

    [Fact]
    public async Task A_plane_that_starts_again_knows_its_tokens_points_and_log()
    {
        string token;
        long entries;
        using var point = new TestPoint(_home);
        await using (var first = await _home.StartAsync())
        {
            await point.RegisterAsync();
            token = await point.RunTokenAsync();
            Assert.IsType<AllowAnswer>(await point.AskAsync(point.Ask(point.Transfer("1"), Run(token))));
            entries = TestPoint.Read<StatusAnswer>(await point.AdminAsync(AdminRoutes.Status, PlaneMessage.Write(new AdminRequest()))).Entries;
        }

        await using var second = await _home.StartAsync();
        var ask = PlaneMessage.Write(point.Ask(point.Transfer("1"), Run(token)));
        var (status, body) = await point.PlaneAsync(PlaneRoutes.Asks, ask);
        Assert.Equal((401, DenyReason.IdentityUnverifiable), (status, ReasonOf(body)));
        var once = TestPoint.Read<RegisterAnswer>(await point.RegisterAsync(point.Registration()));
        Assert.True(Receipt.TryFromJson(once.Receipt, out var receipt, out var error), error);
        Assert.True(receipt.TryVerify(new HeadVerifier(_home.HeadKey), out var entry, out error), error);
        Assert.Equal((point.Boot, once.Index), (Assert.IsType<EnforcementPointStatement>(entry.Statement).Ep.Boot, entry.Index));
        Assert.True(once.Index < entries);
        Assert.IsType<AllowAnswer>(TestPoint.Read<AskAnswer>(await point.PlaneAsync(PlaneRoutes.Asks, ask)));
        Assert.True(TestPoint.Read<StatusAnswer>(await point.AdminAsync(AdminRoutes.Status, PlaneMessage.Write(new AdminRequest()))).Entries > entries);
    }

    [Fact]
    public async Task A_point_is_shown_that_the_log_goes_on_from_what_it_saw_and_a_restored_copy_that_grew_on_cannot_show_it()
    {
        using var point = new TestPoint(_home);
        await using (var first = await _home.StartAsync())
        {
            await point.RegisterAsync();
        }

        var ledger = _home.Settings.Paths.Ledger;
        var copy = Path.Combine(Path.GetDirectoryName(ledger)!, "copy");
        Copy(ledger, copy);
        Checkpoint seen;
        await using (var second = await _home.StartAsync())
        {
            seen = HeadOf(TestPoint.Read<RegisterAnswer>(await point.RegisterAsync(point.Registration())));
        }

        await using (var again = await _home.StartAsync())
        {
            var answer = TestPoint.Read<RegisterAnswer>(await point.RegisterAsync(point.Registration(), seen: seen.Size));
            var head = HeadOf(answer);
            Assert.True(head.Size > seen.Size && ConsistencyProof.Verifies(seen.Size, seen.Root, head.Size, head.Root, answer.Consistency.AsSpan()));
            Assert.Empty(TestPoint.Read<RegisterAnswer>(await point.RegisterAsync(point.Registration(), seen: head.Size + 1_000)).Consistency);
        }

        Directory.Delete(ledger, recursive: true);
        Directory.Move(copy, ledger);
        for (var start = 0; start < 3; start++)
        {
            await using var restored = await _home.StartAsync(); // nothing in the folder tells it
        }

        await using var plane = await _home.StartAsync();
        var other = TestPoint.Read<RegisterAnswer>(await point.RegisterAsync(point.Registration(), seen: seen.Size));
        Assert.True(HeadOf(other).Size > seen.Size);
        Assert.False(ConsistencyProof.Verifies(seen.Size, seen.Root, HeadOf(other).Size, HeadOf(other).Root, other.Consistency.AsSpan()));
    }

    private Checkpoint HeadOf(RegisterAnswer answer)
    {
        Assert.True(Receipt.TryFromJson(answer.Receipt, out var receipt, out var error), error);
        Assert.True(receipt.TryVerify(new HeadVerifier(_home.HeadKey), out var entry, out error), error);
        return entry.Head;
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            _ = Directory.CreateDirectory(Path.GetDirectoryName(target)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            File.Copy(file, target);
            File.SetUnixFileMode(target, File.GetUnixFileMode(file));
        }
    }

    [Fact]
    public async Task A_permit_of_an_earlier_start_stands_in_a_bundle_and_in_no_file_in_clear()
    {
        AllowAnswer allow;
        using var point = new TestPoint(_home);
        await using (var first = await _home.StartAsync())
        {
            await point.RegisterAsync();
            allow = Assert.IsType<AllowAnswer>(await point.AskAsync(point.Ask(point.Transfer("1"), Run(await point.RunTokenAsync()))));
        }

        await using (var second = await _home.StartAsync())
        {
            var (status, zip) = await point.AdminAsync(AdminRoutes.Export, PlaneMessage.Write(new ExportRequest(allow.Entry, allow.Entry)));
            Assert.Equal(200, status);
            Assert.True(EvidenceBundle.TryParse(zip, out var bundle, out var error), error);
            Assert.Equal(allow.Permit, Encoding.ASCII.GetString(Assert.Single(bundle.Permits).Bytes.Span));
        }

        foreach (var file in Directory.GetFiles(_home.Settings.Paths.Ledger, "permits.db*"))
        {
            Assert.True(File.ReadAllBytes(file).AsSpan().IndexOf(Encoding.ASCII.GetBytes(allow.Permit)) < 0, file);
        }
    }

    [Fact]
    public async Task A_person_without_an_issuer_gets_a_token_of_the_plane()
    {
        _home.Write("@id(\"people\") permit (principal == Plane::User::\"alice@local\", action, resource);");
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        await point.RegisterAsync();
        async Task<(int Status, byte[] Body)> Token(string name) => await point.AdminAsync(AdminRoutes.AccessToken, PlaneMessage.Write(new AccessTokenRequest(name, "http://127.0.0.1:7073", 60)));
        var token = TestPoint.Read<AccessTokenAnswer>(await Token("alice")).Token;
        Assert.IsType<AllowAnswer>(await point.AskAsync(point.Ask(point.Transfer("1"), new Assertion(AssertionKinds.AccessToken, token))));
        Assert.Equal(404, (await Token("mallory")).Status);
        Assert.Equal(404, (await Token("local")).Status);
    }

    [Fact]
    public async Task Tokens_of_a_pinned_issuer_are_accepted_while_its_keys_are_fresh()
    {
        _home.Write("@id(\"people\") permit (principal == Plane::User::\"bob@https://idp.example\", action, resource);");
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        await point.RegisterAsync();
        Assertion Token(SigningKey key)
        {
            var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
            return new Assertion(AssertionKinds.AccessToken, key.SignCompact(TokenTypes.AccessToken, JsonValue.Object(
                ("iss", JsonValue.Of("https://idp.example")), ("aud", JsonValue.Of("https://gate.example")), ("sub", JsonValue.Of("bob")), ("client_id", JsonValue.Of("agent")), ("jti", JsonValue.Of("j")),
                ("iat", JsonValue.Of(now)), ("exp", JsonValue.Of(now + 60)))));
        }

        async Task<DenyReason?> Ask(SigningKey key) => (await point.AskAsync(point.Ask(point.Transfer("1"), Token(key))) as DenyAnswer)?.Reason;
        async Task Activate() => _ = TestPoint.Read<ActivateAnswer>(await point.AdminAsync(AdminRoutes.Activate, PlaneMessage.Write(new AdminRequest())));
        var next = SigningKey.Create(KeyRole.Issuer);
        Assert.Null(await Ask(_home.Issuer));
        Assert.Equal(DenyReason.IdentityUnverifiable, await Ask(next));
        _home.PublishIssuer(next);
        await Activate();
        Assert.Null(await Ask(next));
        Assert.Equal(DenyReason.IdentityUnverifiable, await Ask(_home.Issuer));
        File.SetLastWriteTimeUtc(_home.IssuerFile, DateTime.UtcNow.AddHours(-25));
        await Activate();
        Assert.Equal(DenyReason.TrustStale, await Ask(next));
    }

    [Theory]
    [InlineData("root")]
    [InlineData("head")]
    [InlineData("operator")]
    public async Task A_key_that_others_can_read_or_that_is_gone_keeps_the_plane_from_starting(string key)
    {
        var paths = _home.Settings.Paths;
        var path = key switch { "root" => paths.RootKey, "head" => paths.HeadKey, _ => paths.OperatorTrust };
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        await Assert.ThrowsAsync<PlaneStartException>(_home.StartAsync);
        File.Delete(path);
        await Assert.ThrowsAsync<PlaneStartException>(_home.StartAsync);
    }

    [Fact]
    public async Task Two_planes_never_share_a_ledger()
    {
        await using var plane = await _home.StartAsync();
        await Assert.ThrowsAsync<LedgerUnavailableException>(_home.StartAsync);
        using var point = new TestPoint(_home);
        await point.RegisterAsync();
    }

    [Fact]
    public async Task One_decision_stands_for_each_number_of_a_boot()
    {
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        await point.RegisterAsync();
        var token = await point.RunTokenAsync();
        var bodies = Enumerable.Range(1, 40).Select(i => PlaneMessage.Write(point.Ask(point.Transfer(i % 2 == 0 ? "1" : "5000"), Run(token)))).ToImmutableArray();
        var answers = await Task.WhenAll(bodies.Concat(bodies).Select(b => point.PlaneAsync(PlaneRoutes.Asks, b)));
        Assert.Equal(20, answers.Take(40).Count(a => TestPoint.Read<AskAnswer>(a) is AllowAnswer));
        var rows = TestPoint.Read<DecisionsAnswer>(await point.AdminAsync(AdminRoutes.Decisions, PlaneMessage.Write(new DecisionsRequest(null, 1000, null, null))));
        Assert.Equal(40, rows.Decisions.Length);
    }
}
