using System.Collections.Immutable;
using System.Text;
using Obstat.Core.Decisions;
using Obstat.Core.Identities;
using Obstat.Core.Permits;
using Obstat.Core.Records;
using Obstat.Core.Requests;
using Obstat.Core.Tests.Records;
using Obstat.Proof;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;
using Assertion = Obstat.Proof.Messages.Assertion;

namespace Obstat.Core.Tests.Way;

/// <summary>A small world: one gateway, one agent of uid 1000, a payments server with two pinned tools, and the policies that a test gives.</summary>
internal sealed class Bench : IDisposable
{
    public const string Limit = """
        @id("connect") permit (principal, action in [Plane::Mcp::Action::"connect", Plane::Mcp::Action::"list"], resource);
        @id("pay-small") @agent_message("Transfers above 1000 are made by people in finance.")
        permit (principal is Plane::Agent, action == payments::Action::"transfer", resource == Plane::Server::"payments")
        when { context.input.amount.lessThanOrEqual(decimal("1000.0")) };
        """;

    private const string Transfer = """
        {"name":"transfer","description":"Moves money","inputSchema":{"type":"object","properties":{"amount":{"type":"number"},"to":{"type":"string"}},"required":["amount","to"]}}
        """;

    private const string Balance = """{"name":"balance","description":"Reads","inputSchema":{"type":"object","properties":{"account":{"type":"string"}}}}""";

    /// <summary>Arguments of a transfer within the limit.</summary>
    public const string Small = """{"amount":900.5,"to":"acct-7"}""";

    public static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private long _seq;

    public Bench(string policies = Limit, string? settings = null, string? entities = null, Func<Trust, Trust>? trust = null)
    {
        Ledger = new FakeLedger { Now = Noon };
        Ledger.Require(Said.Registered(Report, 1));
        At = new RegisteredPoint("gw-1", Said.Id(1), Instance.Kid, ImmutableSortedSet<string>.Empty, 1);
        Law = LawOf(policies, settings, entities);
        Trust = MakeTrust();
        Trust = trust?.Invoke(Trust) ?? Trust;
        Freshness = new Freshness(Trust.Issuers.Keys.ToImmutableSortedDictionary(k => k, _ => Noon, StringComparer.Ordinal));
        Snapshot = Snapshot.Of(Law, PrincipalDirectory.Empty, Trust, Revocations.Empty);
        Activate(Snapshot);
    }

    /// <summary>Why it was denied; <see cref="DenyReason.Undecided"/> where it was allowed.</summary>
    public static DenyReason Reason(Decided decided) => decided.Decision.IsAllowed ? DenyReason.Undecided : decided.Decision.Reason;

    public FakeLedger Ledger { get; }

    public Obstat.Proof.Dsse.StatementSigner Report { get; } = Obstat.Proof.Dsse.StatementSigner.Generate();

    public SigningKey Instance { get; } = SigningKey.Create(KeyRole.Instance);

    public SigningKey Run { get; } = SigningKey.Create(KeyRole.Run);

    public SigningKey Permit { get; } = SigningKey.Create(KeyRole.Permit);

    public SigningKey Local { get; } = SigningKey.Create(KeyRole.Identity);

    public RegisteredPoint At { get; set; }

    public Law Law { get; }

    public Trust Trust { get; }

    public Freshness Freshness { get; set; }

    public Snapshot Snapshot { get; set; }

    public static Law LawOf(string policies, string? settings = null, string? entities = null)
    {
        var files = new List<LawFile>();
        Add("main.cedar", policies);
        Add(LawLoader.SettingsPath, settings);
        Add("entities/people.json", entities);
        return LawLoader.Load(files);

        void Add(string path, string? text)
        {
            if (text is { Length: > 0 })
            {
                files.Add(new LawFile(path, [.. Encoding.UTF8.GetBytes(text)]));
            }
        }
    }

    public static JsonValue Json(string text) => StrictJson.TryParse(Encoding.UTF8.GetBytes(text), out var value, out var error) ? value : throw new FormatException(error.ToString());

    public static Digest HashOf(string tool) => Digest.Of(JsonValue.Object(("server", JsonValue.Of("payments")), ("tool", Json(tool))));

    public Trust MakeTrust(IEnumerable<TrustedIssuer>? issuers = null, IEnumerable<EnrolledIdentity>? identities = null, string origin = "t-1.fake.example", long until = long.MaxValue >> 11)
        => new(
            origin,
            "http://127.0.0.1:7073",
            [new KeySetMember(Run.Public, 0, until)],
            issuers ?? [],
            identities ?? [EnrolledIdentity.Local("local", 1000, Local.Public.Jwk), EnrolledIdentity.Person("alice")],
            [new PinnedServer("payments", Json("""{"command":"payments"}"""), new[] { Pin("transfer", Transfer), Pin("balance", Balance) }.ToImmutableSortedDictionary(p => p.Name, p => p, StringComparer.Ordinal))]);

    public void Activate(Snapshot snapshot)
    {
        Snapshot = snapshot;
        Ledger.Require(Draft.OfPlane(place => Composition.Of(new PolicyActivationStatement
        {
            Nonce = place.Nonce,
            Origin = place.Origin,
            Time = place.Time,
            Clock = place.Clock,
            Plane = place.Plane,
            Snapshot = new(new(snapshot.Law.PolicyDigest, snapshot.Law.SchemaDigest, snapshot.Law.EntityDigest), snapshot.Directory.Digest, snapshot.Trust.Digest, snapshot.Revocations.Digest),
            Previous = place.State.Active?.Digest,
            Changed = PolicyActivationStatement.AllParts,
            By = "test",
            Approvals = [],
            Source = new("policies", null, null),
            Expires = null,
        })));
    }

    public string RunToken(string? iss = null, string aud = "urn:execution:point:gw-1", string sub = "Agent::local:uid:1000", long uid = 1000, long life = 600, SigningKey? key = null, DateTimeOffset? at = null, string? cgroup = null)
        => new RunTokenClaims(iss ?? Trust?.Issuer ?? "urn:execution:plane:t-1.fake.example", aud, sub, null, uid, cgroup, "boot", (at ?? Noon).ToUnixTimeSeconds(), (at ?? Noon).ToUnixTimeSeconds() + life, Said.Id(9)).Sign(key ?? Run);

    public JsonValue Call(string tool, string arguments, string? hash = "pinned") => JsonValue.Object(
        ("v", JsonValue.Of(1)), ("kind", JsonValue.Of("mcp")), ("rev", JsonValue.Of("2025-11-25")), ("server", JsonValue.Of("payments")), ("method", JsonValue.Of("tools/call")), ("name", JsonValue.Of(tool)),
        ("arguments", Json(arguments)), ("cred", JsonValue.Null), ("tool_hash", JsonValue.Of(hash == "pinned" ? Trust.Servers["payments"].Tools.GetValueOrDefault(tool)?.ToolHash.ToBase64Url() : hash)));

    public static JsonValue Method(string method, params (string Name, JsonValue Value)[] more) => JsonValue.Object(
        [("v", JsonValue.Of(1)), ("kind", JsonValue.Of("mcp")), ("rev", JsonValue.Of("2025-11-25")), ("server", JsonValue.Of("payments")), ("method", JsonValue.Of(method)), ("cred", JsonValue.Null), .. more]);

    public AskRequest Ask(JsonValue action, IEnumerable<Assertion>? assertions = null, long? peer = 1000) => new(
        new PointSeq(At.Id, At.Boot, ++_seq), action, null, assertions is null ? [new Assertion(AssertionKinds.RunToken, RunToken())] : [.. assertions], null, null, null, "urn:execution:server:payments",
        At.HolderThumbprint, "instance", "once", peer is { } uid ? JsonValue.Object(("peer_uid", JsonValue.Of(uid))) : JsonValue.EmptyObject, null, 2000);

    public ExecutionRequest Request(JsonValue action, IEnumerable<Assertion>? assertions = null, long? peer = 1000) => Take(Ask(action, assertions, peer));

    public ExecutionRequest Take(AskRequest ask)
        => ExecutionRequest.Intake.TryTake(ask, Digest.Of(PlaneMessage.Write(ask)), At, out var request, out var refusal) ? request : throw new InvalidOperationException(refusal.ToString());

    public Decided Decide(JsonValue action, IEnumerable<Assertion>? assertions = null, long? peer = 1000, DateTimeOffset? now = null) => Decide(Request(action, assertions, peer), now);

    public Decided Decide(ExecutionRequest request, DateTimeOffset? now = null)
        => Decided.Authorizer.Decide(Identified.Verifier.Verify(request, Snapshot, Freshness, now ?? Noon), Snapshot, Freshness, now ?? Noon);

    public Gate Gate(ISealer? sealer = null, IPermitSigner? signer = null, ILedger? ledger = null)
        => new(sealer ?? new FakeSealer(), new Recorded.Recorder(ledger ?? Ledger), new ExecutionPermit.Issuer(signer ?? new FakePermitSigner(Permit)), new PermitTerms(Trust.Issuer, TimeSpan.FromSeconds(30), Said.Sha("build")));

    public Task<Verdict> Admit(ExecutionRequest request, Gate? gate = null, CancellationToken cancellation = default)
        => (gate ?? Gate()).AdmitAsync(request, () => (Snapshot, Freshness), Noon, new Chance(Said.Id(1000 + (int)request.Seq), Said.Id(2000 + (int)request.Seq)), cancellation);

    public void Dispose()
    {
        Ledger.Dispose();
        Report.Dispose();
    }

    private static PinnedTool Pin(string name, string tool) => new(name, Json(tool), HashOf(tool));
}
