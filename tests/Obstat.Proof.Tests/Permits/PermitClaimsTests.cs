using System.Collections.Immutable;
using CsCheck;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Permits;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Tests.Permits;

public class PermitClaimsTests
{
    private const string Id = "kPz0T1mJ0m2hU0mS5yqgXw";
    private const long Now = 1795392000;
    private static readonly SigningKey Key = SigningKey.Create(KeyRole.Permit);

    private static PermitClaims Claims { get; } = new()
    {
        Iss = "urn:execution:plane:t", Aud = "urn:execution:server:payments", IssuedAt = Now, NotBefore = Now, Expires = Now + 30, Jti = Id, Sub = "User::alice@idp.example", ClientId = "billing",
        Actors = ["agent-2", "agent-1"], Cnf = new Confirmation(Confirmation.Key, Digest.Of("k"u8)), Use = "instance", Ep = new PointBoot("gw-1", Id),
        Action = new PermittedAction("mcp.tools/call", "urn:execution:server:payments", "transfer", Digest.Of("a"u8), Digest.Of("t"u8), "once"), Txn = Id, Exe = Id, ParentExe = Id,
        RequestingWorkload = "urn:execution:point:gw-1", Delegation = new DelegationReference(Digest.Of("d"u8), 2), Snapshot = Digest.Of("s"u8), Obligations = ["redact.arguments"],
        Led = new LedgerReference("t-1.example", 4711, Digest.Of("l"u8)),
    };

    private static bool Reads(JsonValue claims) => PermitClaims.TryRead(claims, out _, out _);

    [Fact]
    public void What_is_read_writes_back_exactly_and_has_the_digest_without_its_entry() => Gen.Bool.Array[7].Sample(with =>
    {
        var claims = Claims with
        {
            WritesVersion = with[0],
            Actors = with[1] ? Claims.Actors : [],
            ParentExe = with[2] ? Id : null,
            Delegation = with[3] ? Claims.Delegation : null,
            Obligations = with[4] ? Claims.Obligations : [],
            WritesObligations = with[4] || with[5],
            Lease = with[6] ? new LeaseTerms(Id, 10, 1) : null,
            Action = Claims.Action with { Mode = with[6] ? "lease" : "once", ToolHash = with[5] ? Claims.Action.ToolHash : null },
        };
        return PermitClaims.TryRead(claims.ToJson(), out var read, out _)
            && read.ToJson().Equals(claims.ToJson())
            && read.ClaimsDigest() == Digest.Of(claims.ToJson().Without("led"))
            && read.ClaimsDigest() == (claims with { Led = new LedgerReference("other", 1, default) }).ClaimsDigest();
    });

    [Fact]
    public void A_permit_without_a_required_claim_or_with_one_more_refuses()
    {
        ImmutableArray<string> optional = ["v", "act", "pex", "dlg", "obl"];
        foreach (var member in Claims.ToJson().Members)
        {
            Assert.Equal(optional.Contains(member.Name), Reads(Claims.ToJson().Without(member.Name)));
            Assert.False(Reads(Claims.ToJson().With(member.Name, JsonValue.Array(JsonValue.True))));
        }

        Assert.False(Reads(Claims.ToJson().With("scope", JsonValue.Of("all"))));
        Assert.False(Reads(Claims.ToJson().With("v", JsonValue.Of(2))));
    }

    [Fact]
    public void A_permit_names_one_action_one_holder_and_a_point_exactly_for_its_instance()
    {
        var json = Claims.ToJson();
        var detail = json["authorization_details"]!.Items[0];
        Assert.False(Reads(json.With("authorization_details", JsonValue.Array(detail, detail))));
        Assert.False(Reads(json.With("authorization_details", JsonValue.EmptyArray)));
        Assert.False(Reads(json.With("authorization_details", JsonValue.Array(detail.With("actions", JsonValue.Strings(["a", "b"]))))));
        Assert.False(Reads(json.With("authorization_details", JsonValue.Array(detail.With("type", JsonValue.Of("urn:execution:action:2"))))));
        Assert.False(Reads(json.With("cnf", JsonValue.Object(("jkt", json["pol"]!["h"]!), ("x5t#S256", json["pol"]!["h"]!)))));
        Assert.True(Reads(json.With("cnf", JsonValue.Object(("x5t#S256", json["pol"]!["h"]!)))));
        Assert.False(Reads(json.With("cnf", JsonValue.EmptyObject)));
        Assert.False(Reads(json.With("use", JsonValue.Of("plane"))));
        Assert.True(Reads(json.With("use", JsonValue.Of("plane")).Without("ep")));
        Assert.False(Reads(json.With("lease", JsonValue.Object(("id", JsonValue.Of(Id)), ("ttl", JsonValue.Of(10)), ("epoch", JsonValue.Of(1))))));
    }

    [Fact]
    public void Nothing_is_signed_for_a_decision_that_is_not_durable() => Assert.Throws<InvalidOperationException>(() => (Claims with { Led = null }).Sign(Key));

    [Theory]
    [InlineData(0, null)]
    [InlineData(29, null)]
    [InlineData(30, DenyReason.PermitExpired)]
    [InlineData(-2, null)]
    [InlineData(-3, DenyReason.PermitExpired)]
    public void A_permit_has_its_time_and_no_skew(long after, DenyReason? code)
    {
        var token = Claims.Sign(Key);
        Assert.True(token.Length < PermitClaims.BytesMax);
        Assert.Equal(code, StrictJws.TryVerify(token, PermitProfiles.Permit, JwsKeySet.Of(Key.Public), Now + after, out _, out var refusal) ? null : refusal.Reason);
    }

    [Fact]
    public void A_permit_that_lives_longer_than_thirty_seconds_is_none()
    {
        Assert.False(StrictJws.TryVerify((Claims with { Expires = Now + 31 }).Sign(Key), PermitProfiles.Permit, JwsKeySet.Of(Key.Public), Now, out _, out var refusal));
        Assert.Equal(DenyReason.AssertionInvalid, refusal.Reason);
    }
}
