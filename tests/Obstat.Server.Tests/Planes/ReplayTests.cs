using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Obstat.Core.Identities;
using Obstat.Core.Replays;
using Obstat.Proof;
using Obstat.Proof.Bundles;
using Obstat.Proof.Jws;
using Obstat.Proof.Messages;
using Obstat.Proof.Messages.Admin;
using Obstat.Proof.Pins;
using Obstat.Proof.Statements;
using Obstat.Settings;
using Assertion = Obstat.Proof.Messages.Assertion;
using JsonValue = Obstat.Proof.Json.JsonValue;

namespace Obstat.Server.Tests.Planes;

/// <summary>Decisions that a running plane recorded, decided again from exported evidence by code that has no plane: 10,000 of them over at least five snapshots, with every reason that a decision has.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class ReplayTests(ITestOutputHelper output) : IDisposable
{
    private static readonly int DecisionsWanted = int.Parse(Environment.GetEnvironmentVariable("OBSTAT_REPLAYS") ?? "10000", System.Globalization.CultureInfo.InvariantCulture);
    private const int AtOnce = 64;

    private const string Policies = TestInstallation.Limit + """

        @id("count") permit (principal, action == payments::Action::"count", resource);
        @id("count-max") forbid (principal, action == payments::Action::"count", resource) when { context.input.n + 9223372036854775807 < 0 };
        @id("no-mallory") forbid (principal, action == payments::Action::"transfer", resource) when { context.input.to == "mallory" };
        @id("finance") @approval("finance 1") permit (principal, action == payments::Action::"approve", resource) when { context.approval.count >= 1 };
        @id("soon-over") @expires("2026-01-01T00:00:00Z") permit (principal, action == payments::Action::"late", resource);
        @id("careful") @require("redact.result") permit (principal, action == payments::Action::"careful", resource);
        """;

    private static readonly string[] s_tools =
    [
        """{"name":"transfer","inputSchema":{"type":"object","properties":{"amount":{"type":"number"},"to":{"type":"string"}},"required":["amount","to"]}}""",
        """{"name":"count","inputSchema":{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]}}""",
        """{"name":"approve","inputSchema":{"type":"object"}}""",
        """{"name":"late","inputSchema":{"type":"object"}}""",
        """{"name":"careful","inputSchema":{"type":"object"}}""",
        """{"name":"strange","inputSchema":{"type":"object","properties":{"x":{"$ref":"https://elsewhere.example/schema"}}}}""",
    ];

    /// <summary>The codes that a decision can have: each must be among those that are decided again.</summary>
    private static readonly string[] s_decided =
    [
        "ApprovalRequired", "AttestationBroken", "DelegationBroken", "EntityMissing", "Forbidden", "Halted", "IdentityUnverifiable", "Malformed", "NotPermitted", "PolicyError", "PolicyInvalid", "PolicyMissing",
        "PossessionUnproven", "Revoked", "TrustStale", "UnknownAction",
    ];

    /// <summary>The codes that no decision has, and why.</summary>
    private static readonly Dictionary<string, string> s_elsewhere = new(StringComparer.Ordinal)
    {
        ["AssertionInvalid"] = "given by whoever checks a permit, a report or a registration; a caller's token that does not verify is IdentityUnverifiable",
        ["PermitExpired"] = "found by the enforcement point, after the decision",
        ["PermitReplayed"] = "found by the enforcement point, after the decision",
        ["PermitMismatch"] = "found by the enforcement point, after the decision",
        ["PlaneUnavailable"] = "there is no plane that could record it",
        ["LedgerUnavailable"] = "there is no ledger that could record it",
        ["ClockUntrusted"] = "nothing of the plane is recorded while its clock is not believed; a gap entry follows",
        ["Late"] = "what came too late is not recorded, or was recorded as an allow and ends as orphaned",
        ["Fault"] = "a defect: no request that is known leads there",
        ["BudgetExhausted"] = "no part of this version gives it",
    };

    [Fact]
    public void Every_code_is_one_that_a_decision_can_have_or_one_that_is_given_elsewhere()
        => Assert.Equal(Obstat.Proof.Reasons.ReasonTable.Entries.Select(e => e.Code).Order(StringComparer.Ordinal), s_decided.Concat(s_elsewhere.Keys).Order(StringComparer.Ordinal));

    private readonly TestInstallation _home = new(Policies);

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task Ten_thousand_decisions_of_a_running_plane_are_the_same_again_and_planted_changes_are_found()
    {
        Pin();
        Write("entities/people.json", """[{"uid":{"type":"Plane::Team","id":"finance"},"attrs":{},"parents":[]},{"uid":{"type":"Plane::User","id":"carol@local"},"attrs":{"active":false},"parents":[]}]""");
        _home.Enrol(EnrolledIdentity.Person("carol"));
        var clock = Stopwatch.StartNew();
        var bundles = new List<byte[]>();
        await RunAsync("", 40, bundles);                       // no law at all
        await RunAsync("permit (principal", 40, bundles);      // one that does not load
        await RunAsync(Policies, DecisionsWanted - 80, bundles);
        output.WriteLine($"recorded in {clock.Elapsed.TotalSeconds:0.0} s");

        clock.Restart();
        var decided = bundles.SelectMany(Replay).DistinctBy(d => d.Index).ToArray();
        output.WriteLine($"{decided.Length} decided again in {clock.Elapsed.TotalSeconds:0.0} s, under {decided.Select(d => d.Recorded.Snapshot).Distinct().Count()} snapshots");
        Assert.True(decided.Length >= DecisionsWanted, $"{decided.Length}");
        Assert.Empty(decided.Where(d => d.Replayed.Verdict != ReplayVerdict.Same).Select(d => $"{d.Index}: {d.Replayed.Detail}").Take(10));
        Assert.True(decided.Select(d => d.Recorded.Snapshot).Distinct().Count() >= 5);
        Assert.Equal(
            [.. s_decided, "allow"],
            decided.Select(d => d.Recorded.Reason ?? "allow").Distinct().Order(StringComparer.Ordinal));
        Planted([.. decided.Select(d => d.Recorded)], bundles);
        AskTheOfficialEngine(decided);
    }

    private async Task RunAsync(string policies, int count, List<byte[]> bundles)
    {
        _home.Write(policies);
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        await point.RegisterAsync();
        var first = (await point.StatusAsync()).Entries;
        var run = TestPoint.Run(await point.RunTokenAsync());
        var carol = new Assertion(AssertionKinds.AccessToken, TestPoint.Read<AccessTokenAnswer>(await point.AdminAsync(AdminRoutes.AccessToken, PlaneMessage.Write(new AccessTokenRequest("carol", "http://127.0.0.1:7073", 600)))).Token);
        var clock = Stopwatch.StartNew();
        var rounds = policies == Policies ? 5 : 1;
        for (var round = 0; round < rounds; round++)
        {
            if (round > 0)
            {
                _home.Write($"@id(\"round\") forbid (principal, action == payments::Action::\"transfer\", resource) when {{ context.input.to == \"round-{round}\" }};", "round.cedar");
                File.SetLastWriteTimeUtc(_home.IssuerFile, round == 4 ? DateTime.UtcNow.AddHours(-25) : DateTime.UtcNow);
                Assert.Null(TestPoint.Read<ActivateAnswer>(await point.AdminAsync(AdminRoutes.Activate, PlaneMessage.Write(new AdminRequest()))).Reason);
            }

            var asks = Enumerable.Range(0, count / rounds).Select(i => Ask(point, i, run, carol)).ToArray();
            foreach (var chunk in asks.Chunk(AtOnce))
            {
                _ = await Task.WhenAll(chunk.Select(point.AskAsync));
            }
        }

        if (policies == Policies)
        {
            Assert.Equal(200, (await point.AdminAsync(AdminRoutes.Halt, PlaneMessage.Write(new StopRequest(Obstat.Proof.Leases.Scope.All, "test")))).Status);
            foreach (var amount in Enumerable.Range(1, 16))
            {
                _ = await point.AskAsync(point.Ask(Transfer(point, amount, "acct-7"), run));
            }
        }

        output.WriteLine($"{count} asked in {clock.Elapsed.TotalSeconds:0.0} s");
        var end = (await point.StatusAsync()).Entries;
        clock.Restart();
        for (var from = first; from < end; from += 5_000)
        {
            var (status, zip) = await point.AdminAsync(AdminRoutes.Export, PlaneMessage.Write(new ExportRequest(from, Math.Min(end, from + 5_000) - 1)));
            Assert.Equal(200, status);
            bundles.Add(zip);
        }

        output.WriteLine($"{end - first} exported in {clock.Elapsed.TotalSeconds:0.0} s");
        File.Delete(Path.Combine(_home.Settings.Paths.Policies, "round.cedar"));
    }

    private AskRequest Ask(TestPoint point, int i, Assertion run, Assertion carol) => (i % 16) switch
    {
        0 => point.Ask(Transfer(point, 12_000 + i, "acct-7"), run),
        1 => point.Ask(Transfer(point, 1, "mallory"), run),
        2 => point.Ask(Call("count", $$"""{"n":{{i}}}"""), run),
        3 => point.Ask(Call("count", """{"n":0}"""), run),
        4 => point.Ask(Call("approve", "{}"), run),
        5 => point.Ask(Call(i % 32 == 5 ? "late" : "careful", "{}"), run),
        6 => point.Ask(Call("strange", "{}"), run),
        7 => point.Ask(Transfer(point, 1, "acct-7").With("tool_hash", JsonValue.Of(Digest.Of([7]).ToBase64Url())), run),
        8 => point.Ask(Transfer(point, 1, "acct-7").With("arguments", TestInstallation.Json("""{"amount":"much","to":"acct-7"}""")), run),
        9 => point.Ask(Transfer(point, 1, "acct-7").With("server", JsonValue.Of("elsewhere")), run) with { Aud = "urn:execution:server:elsewhere" },
        10 => point.Ask(Transfer(point, 1, "acct-7")),
        11 => point.Ask(Transfer(point, 1, "acct-7"), run) with { Delegation = "a.b" },
        12 => point.Ask(Transfer(point, 1, "acct-7"), carol),
        13 => point.Ask(Transfer(point, i, "acct-7"), Foreign(i % 32 == 13)),
        14 => point.Ask(Transfer(point, i % 1000, $"round-{i % 5}"), run),
        _ => point.Ask(Transfer(point, i % 1000, "acct-7"), run),
    };

    private static JsonValue Transfer(TestPoint point, int amount, string to)
        => point.Transfer("1").With("arguments", JsonValue.Object(("amount", JsonValue.Of(amount)), ("to", JsonValue.Of(to))));

    private JsonValue Call(string tool, string arguments) => JsonValue.Object(
        ("v", JsonValue.Of(1)), ("kind", JsonValue.Of("mcp")), ("rev", JsonValue.Of("2025-11-25")), ("server", JsonValue.Of("payments")), ("method", JsonValue.Of("tools/call")), ("name", JsonValue.Of(tool)),
        ("arguments", TestInstallation.Json(arguments)), ("cred", JsonValue.Null),
        ("tool_hash", JsonValue.Of(ToolHash.Of(_home.Server, TestInstallation.Json(s_tools.Single(t => t.Contains($"\"name\":\"{tool}\"", StringComparison.Ordinal)))).ToBase64Url())));

    private Assertion Foreign(bool isBound)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var claims = JsonValue.Object(
            ("iss", JsonValue.Of("https://idp.example")), ("aud", JsonValue.Of("https://gate.example")), ("sub", JsonValue.Of("bob")), ("client_id", JsonValue.Of("agent")), ("jti", JsonValue.Of("j")),
            ("iat", JsonValue.Of(now)), ("exp", JsonValue.Of(now + 60)));
        return new(AssertionKinds.AccessToken, _home.Issuer.SignCompact(
            TokenTypes.AccessToken, isBound ? claims.With("cnf", JsonValue.Object(("jkt", JsonValue.Of("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")))) : claims));
    }

    private static IEnumerable<(long Index, DecisionStatement Recorded, Replayed Replayed)> Replay(byte[] zip)
    {
        Assert.True(EvidenceBundle.TryParse(zip, out var bundle, out var error), error);
        var replay = BundleReplay.Of(bundle);
        foreach (var entry in bundle.Entries)
        {
            Assert.True(Statement.TryParse(entry.Statement.Span, out var statement, out error), error);
            if (statement is DecisionStatement decision)
            {
                yield return (entry.Index, decision, replay.Replay(decision, entry.Index));
            }
        }
    }

    /// <summary>Changes by somebody who can sign: every digest fits again, and only deciding again can tell.</summary>
    private void Planted(ImmutableArray<DecisionStatement> recorded, List<byte[]> bundles)
    {
        var parts = new Dictionary<Digest, ReadOnlyMemory<byte>>();
        var activations = new Dictionary<Digest, PolicyActivationStatement>();
        (long Index, HaltStatement? Halt) halt = default;
        foreach (var zip in bundles)
        {
            Assert.True(EvidenceBundle.TryParse(zip, out var bundle, out _));
            foreach (var (_, bytes) in bundle.Snapshots.Concat(bundle.Blobs))
            {
                parts[Digest.Of(bytes.Span)] = bytes;
            }

            foreach (var entry in bundle.Entries)
            {
                if (Statement.TryParse(entry.Statement.Span, out var statement, out _) && statement is PolicyActivationStatement activation)
                {
                    activations[activation.Snapshot.Digest] = activation;
                }
                else if (statement is HaltStatement stop)
                {
                    halt = (entry.Index, stop);
                }
            }
        }

        var allow = recorded.First(r => r.Reason is null && r.Policies.Contains("pay-small") && r.Identity.Chain.IsEmpty);
        var large = recorded.First(r => r.Reason == "NotPermitted" && r.Snapshot == allow.Snapshot && RequestOf(r)["action"]!["name"]!.AsString == "transfer");
        var forbidden = recorded.First(r => r.Reason == "Forbidden");
        var erred = recorded.First(r => r.Reason == "PolicyError");
        var missing = recorded.First(r => r.Reason == "EntityMissing");
        var unknown = recorded.First(r => r.Reason == "IdentityUnverifiable");
        var none = recorded.First(r => r.Reason == "PolicyMissing");
        var halted = recorded.First(r => r.Reason == "Halted");
        var other = recorded.First(r => r.Snapshot != allow.Snapshot && r.Reason is null).Snapshot;
        JsonValue Json(Digest digest) => TestInstallation.Json(Encoding.UTF8.GetString(parts[digest].Span));
        JsonValue RequestOf(DecisionStatement of) => Json(of.Sealed.Single(s => s.Role == "request").Plain);

        DecisionStatement Opened(DecisionStatement of, string role, Func<JsonValue, JsonValue> change)
        {
            var was = of.Sealed.Single(s => s.Role == role);
            var bytes = change(Json(was.Plain)).ToCanonicalBytes();
            parts[Digest.Of(bytes)] = bytes;
            var now = of with { Sealed = [.. of.Sealed.Select(s => s.Role == role ? s with { Plain = Digest.Of(bytes) } : s)] };
            return role == "request" ? now with { RequestPlain = Digest.Of(bytes) } : now;
        }

        DecisionStatement Context(DecisionStatement of, string member, JsonValue value) => Opened(of, "context", c => c.With("context", c["context"]!.With(member, value)));
        DecisionStatement Identity(DecisionStatement of, string member, JsonValue value) => Opened(of, "context", c => c.With("identity", c["identity"]!.With(member, value)));
        DecisionStatement Action(DecisionStatement of, Func<JsonValue, JsonValue> change) => Opened(of, "request", r => r.With("action", change(r["action"]!)));
        DecisionStatement Under(DecisionStatement of, Func<SnapshotDigests, SnapshotDigests> change)
        {
            var digests = change(activations[of.Snapshot].Snapshot);
            activations[digests.Digest] = activations[of.Snapshot] with { Snapshot = digests };
            return of with { Snapshot = digests.Digest, Read = of.Read with { Law = of.Read.Law is null ? null : digests.Law.Digest, Trust = digests.Trust } };
        }

        Digest Part(Digest was, string from, string to)
        {
            // A part of a law is framed with the lengths of its files, so the changed text is as long as the one before.
            Assert.Equal(from.Length, to.Length);
            var text = Encoding.UTF8.GetString(parts[was].Span);
            Assert.Contains(from, text, StringComparison.Ordinal);
            var bytes = Encoding.UTF8.GetBytes(text.Replace(from, to, StringComparison.Ordinal));
            parts[Digest.Of(bytes)] = bytes;
            return Digest.Of(bytes);
        }

        var changed = new (string Name, DecisionStatement Lie)[]
        {
            ("a refusal told as an allow", large with { Decision = "allow", Reason = null, Policies = ["pay-small"] }),
            ("an allow told as a refusal", allow with { Decision = "deny", Reason = "NotPermitted", Policies = [] }),
            ("another reason", large with { Reason = "Forbidden" }),
            ("another policy", allow with { Policies = ["count"] }),
            ("one policy more", allow with { Policies = ["count", "pay-small"] }),
            ("no forbid named", forbidden with { Policies = [] }),
            ("an error left out", erred with { Errors = [] }),
            ("an error of another policy", erred with { Errors = [erred.Errors[0] with { Policy = "count" }] }),
            ("another class", allow with { Request = allow.Request with { Class = "pay" } }),
            ("another action", allow with { Request = allow.Request with { Action = "mcp.tools/list" } }),
            ("an identity told as unverified", allow with { Identity = allow.Identity with { State = "IdentityUnverifiable" } }),
            ("an unverified told as a verified", unknown with { Identity = unknown.Identity with { State = "TrustStale" } }),
            ("a law told as not read", allow with { Read = allow.Read with { Law = null } }),
            ("a law told as read", unknown with { Read = unknown.Read with { Law = allow.Read.Law } }),
            ("another trust read", allow with { Read = allow.Read with { Trust = Digest.Of([1]) } }),
            ("a refusal by the policies told as a halt's", large with { Reason = "Halted" }),
            ("another snapshot", allow with { Snapshot = other }),
            ("no law told as a refusal by one", none with { Reason = "NotPermitted" }),
            ("a larger amount", Action(allow, a => a.With("arguments", TestInstallation.Json("""{"amount":9000,"to":"acct-7"}""")))),
            ("a smaller amount", Action(large, a => a.With("arguments", TestInstallation.Json("""{"amount":9,"to":"acct-7"}""")))),
            ("another tool definition", Action(allow, a => a.With("tool_hash", JsonValue.Of(Digest.Of([9]).ToBase64Url())))),
            ("another principal", Identity(allow, "principal", JsonValue.Of("Agent::local:uid:4242"))),
            ("another user of the socket", Context(allow, "peer_uid", JsonValue.Of(4242))),
            ("a time after the identity's end", Context(allow, "now", JsonValue.Of(DateTimeOffset.UtcNow.AddDays(30).ToUnixTimeMilliseconds()))),
            ("another detail", Context(large, "detail", JsonValue.Of("the operator said so"))),
            ("another absent entity", Context(missing, "missing", JsonValue.Strings(["Plane::Server::\"payments\""]))),
            ("another limit", Under(allow, s => s with { Law = s.Law with { Policies = Part(s.Law.Policies, "decimal(\"1000.0\")", "decimal(\"0000.0\")") } })),
            ("a principal that was not enrolled", Under(allow, s => s with { Trust = Part(s.Trust, $"Agent::local:uid:{PrivateFolder.UserId}\",\"uid\":{PrivateFolder.UserId}", $"Agent::local:uid:{Other(PrivateFolder.UserId)}\",\"uid\":{Other(PrivateFolder.UserId)}") })),
        };
        Assert.True(changed.Length >= 20);
        var replay = new DecisionReplay(d => parts.TryGetValue(d, out var part) ? part : null, d => parts.TryGetValue(d, out var blob) ? blob : null);
        foreach (var activation in activations.Values)
        {
            replay.Activated(activation);
        }

        Assert.NotNull(halt.Halt);
        replay.Halted(halt.Index, halt.Halt);

        Assert.All(changed, c =>
        {
            var replayed = replay.Replay(c.Lie, halt.Index + 1);
            Assert.True(replayed.Verdict == ReplayVerdict.Differs, $"{c.Name}: {replayed.Verdict}, {replayed.Detail}");
        });

        // What is not there is named, and nothing is guessed.
        Assert.Contains("is not this one", NotReplayable(allow with { Engine = allow.Engine with { Semantics = "9.9" } }), StringComparison.Ordinal);
        Assert.Contains("no halt of everything stands here before it", NotReplayable(halted), StringComparison.Ordinal);
        Assert.Contains("activation of snapshot", NotReplayable(allow with { Snapshot = Digest.Of([3]) }), StringComparison.Ordinal);
        var plain = allow.Sealed.Single(s => s.Role == "context").Plain;
        _ = parts.Remove(plain);
        Assert.Contains(plain.ToHex(), NotReplayable(allow), StringComparison.Ordinal);

        string NotReplayable(DecisionStatement lie)
        {
            var replayed = replay.Replay(lie, halt.Index);
            Assert.Equal(ReplayVerdict.NotReplayable, replayed.Verdict);
            return replayed.Detail;
        }

        static string Other(uint uid) => (uid == 0 ? "1" : new string('9', uid.ToString(System.Globalization.CultureInfo.InvariantCulture).Length)).ToString();
    }

    /// <summary>Where no policy errs and no entity is absent, the official engine must say what the plane said: an allow by the same permits, or a refusal by the same forbids.</summary>
    private void AskTheOfficialEngine(IEnumerable<(long Index, DecisionStatement Recorded, Replayed Replayed)> decided)
    {
        var folder = Path.Combine(Obstat.Tests.Vectors.Root, "tests", "npm");
        var asked = decided.Where(d => d.Replayed.AsksPolicies && d.Recorded.Reason is not ("PolicyError" or "EntityMissing")).Where((_, i) => i % 10 == 0).ToArray();
        Assert.True(asked.Length >= DecisionsWanted / 40, $"{asked.Length}");
        if (!Directory.Exists(Path.Combine(folder, "node_modules", "@cedar-policy", "cedar-wasm")))
        {
            Assert.Skip("cedar-wasm is not installed in tests/npm");
        }

        using var node = Process.Start(new ProcessStartInfo("node", "cedar-oracle.mjs") { WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true, StandardInputEncoding = new UTF8Encoding(false) })!;
        var reading = node.StandardOutput.ReadToEndAsync();
        foreach (var (_, _, replayed) in asked)
        {
            var call = JsonNode.Parse(replayed.ToOfficialForm()!)!;
            var request = new JsonObject { ["principal"] = call["principal"]!.DeepClone(), ["action"] = call["action"]!.DeepClone(), ["resource"] = call["resource"]!.DeepClone(), ["context"] = call["context"]!.DeepClone() };
            node.StandardInput.WriteLine(new JsonObject { ["policies"] = call["policies"]!["staticPolicies"]!.DeepClone(), ["entities"] = call["entities"]!.DeepClone(), ["requests"] = new JsonArray(request) }.ToJsonString());
        }

        node.StandardInput.Close();
        var answers = reading.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(asked.Length, answers.Length);
        foreach (var ((index, recorded, _), line) in asked.Zip(answers))
        {
            var answer = JsonNode.Parse(line)!.AsArray()[0]!;
            Assert.True(answer["failure"] is null, $"{index}: {line}");
            // An obligation that the point cannot fulfil denies here after the policies allowed; the official engine does not know of obligations.
            var isOurs = recorded.Reason == "NotPermitted" && answer["reason"]!.AsArray() is [{ } permit] && (string?)permit == "careful";
            // Nor does it know of halts: the policies allowed what a halt refused.
            isOurs |= recorded.Reason == "Halted" && (string?)answer["decision"] == "allow";
            Assert.True(isOurs || (string?)answer["decision"] == recorded.Decision, $"{index}: {line}");
            Assert.True(isOurs || answer["reason"]!.AsArray().Select(r => (string)r!).SequenceEqual(recorded.Policies), $"{index}: {line}");
            Assert.Empty(answer["errors"]!.AsArray());
        }
    }

    private void Pin()
    {
        Assert.True(PinStatement.TryMake(_home.Server, [.. s_tools.Select(TestInstallation.Json)], out var statement, out var error), error);
        PrivateFile.Replace(_home.Settings.Paths.Pin("payments"), statement.Sign(_home.Operator));
    }

    private void Write(string name, string text)
    {
        var path = Path.Combine(_home.Settings.Paths.Policies, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
