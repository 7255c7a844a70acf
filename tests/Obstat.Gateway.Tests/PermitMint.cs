using System.Security.Cryptography;
using System.Text;
using Obstat.Enforcement;
using Obstat.Enforcement.Leases;
using Obstat.Proof;
using Obstat.Proof.Dsse;
using Obstat.Proof.Encodings;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Leaves;
using Obstat.Proof.Messages;
using Obstat.Proof.Notes;
using Obstat.Proof.Permits;
using Obstat.Proof.Receipts;
using Obstat.Proof.Statements;

namespace Obstat.Gateway.Tests;

/// <summary>Genuine permits of a plane that exists only in this test: each decision is the one entry of a log of its own size. There is no other way to an admission.</summary>
internal sealed class PermitMint : IDisposable
{
    private const string Issuer = "urn:execution:plane:test";
    private readonly SigningKey _permit = SigningKey.Create(KeyRole.Permit);
    private readonly StatementSigner _statements = StatementSigner.Generate();
    private readonly NoteSigner _head = LogOrigin.Signer("test", RandomNumberGenerator.GetBytes(32));
    private readonly PointBoot _me = new("gateway", Random());
    private readonly Digest _instance = Digest.Of(RandomNumberGenerator.GetBytes(32));
    private readonly PointClock _clock = new();
    private readonly Admission.Verifier _verifier;

    public PermitMint() => _verifier = new Admission.Verifier(_clock, new ClockWatch(_clock), Latch, new SingleUse(), new SingleUse(), new PointStops(), new LeaseTable(_me, new StopTimes()));

    /// <summary>Falls when a test stops this point.</summary>
    public StopLatch Latch { get; } = new();

    public Admission Admit(CanonicalAction action, string holder, TimeSpan lifetime)
    {
        var now = DateTimeOffset.UtcNow;
        var audience = $"urn:execution:server:{action.Server}";
        var claims = new PermitClaims
        {
            Iss = Issuer,
            Aud = audience,
            IssuedAt = now.ToUnixTimeSeconds(),
            NotBefore = now.ToUnixTimeSeconds(),
            Expires = now.ToUnixTimeSeconds() + (long)lifetime.TotalSeconds,
            Jti = Random(),
            Sub = holder,
            ClientId = holder,
            Cnf = new Confirmation(Confirmation.Key, _instance),
            Use = "instance",
            Ep = _me,
            Action = new PermittedAction(action.WireAction, audience, action.Identifier, action.ActHash, action.ToolHash, "once"),
            Txn = Random(),
            Exe = Random(),
            RequestingWorkload = "urn:execution:point:gateway",
            Snapshot = default,
        };
        var statement = new DecisionStatement
        {
            Nonce = Random(),
            Origin = _head.VerifierKey.Name,
            Time = Timestamp.From(now),
            Clock = new Clock("test", 0),
            Plane = new Plane("test", 1),
            Ep = new PointSequence(_me.Id, _me.Boot, 1, null),
            Request = new RequestFacts(action.WireAction, "test", claims.Exe, claims.Txn, null),
            Snapshot = default,
            Read = new ReadParts(null, null, null, null, null),
            Engine = new EngineFacts("test", "1", default),
            Identity = new IdentityFacts("verified", holder, []),
            Decision = DecisionStatement.Allow,
            Reason = null,
            Policies = [],
            Errors = [],
            Approvals = [],
            Budgets = [],
            Permit = new PermitFacts(claims.Jti, claims.ClaimsDigest(), claims.NotBefore, claims.Expires, "instance", "once", null),
            Trace = null,
            Witnessed = null,
            Canary = null,
            Sealed = [],
            RequestPlain = action.ActHash,
        }.ToBytes();
        var leaf = Leaf.Write(Pae.Digest(statement), _statements.Sign(statement), _statements.PublicKey);
        var root = Proof.Merkle.TreeHash.Leaf(leaf);
        var text = new Checkpoint(_head.VerifierKey.Name, 1, root).ToText();
        var note = SignedNote.Of(text, _head.Sign(Encoding.UTF8.GetBytes(text)));
        var permit = (claims with { Led = new LedgerReference(_head.VerifierKey.Name, 0, root) }).Sign(_permit);
        var receipt = new Receipt(note.Bytes, 0, [], leaf, statement).ToJson();
        return _verifier.TryAdmit(new PresentedPermit(permit, receipt), action, audience, Possession.OfThisProcess(_instance), View(), out var admission, out var refusal)
            ? admission : throw new InvalidOperationException(refusal.ToString());
    }

    public void Dispose()
    {
        _head.Dispose();
        _statements.Dispose();
    }

    private PointView View() => new()
    {
        Me = _me,
        Keys = new PlaneKeySet(Issuer, 0, JsonValue.IntegerMax, _head.VerifierKey.ToString(), [new KeySetMember(_permit.Public, 0, JsonValue.IntegerMax)]),
        Heads = new HeadVerifier(_head.VerifierKey),
        Obligations = [],
        Heard = _clock.Steady,
        SilenceMax = TimeSpan.FromSeconds(10),
    };

    private static string Random() => Base64Url.Encode(RandomNumberGenerator.GetBytes(16));
}
