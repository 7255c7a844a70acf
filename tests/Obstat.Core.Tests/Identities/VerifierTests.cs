using System.Collections.Immutable;
using Obstat.Core.Identities;
using Obstat.Core.Tests.Way;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;

namespace Obstat.Core.Tests.Identities;

public sealed class VerifierTests : IDisposable
{
    private const string Issuer = "https://idp.example";
    private static readonly SigningKey IssuerKey = SigningKey.Create(KeyRole.Issuer);
    private readonly Bench _bench;

    public VerifierTests()
    {
        var jwks = JsonValue.Object(("keys", JsonValue.Array(IssuerKey.Public.Jwk.With("kid", JsonValue.Of(IssuerKey.Kid)).With("alg", JsonValue.Of("ES256")))));
        Assert.True(TrustedIssuer.TryMake(Issuer, "rfc9068", "https://gate.example", ["ES256"], TimeSpan.FromHours(24), jwks, out var issuer, out var error), error);
        _bench = null!;
        Bench? made = null;
        made = new Bench("@id(\"all\") permit (principal, action, resource);", trust: trust => new Trust(
            "t-1.fake.example", trust.Resource, trust.PlaneKeys.Values, [issuer], trust.Identities.Values, trust.Servers.Values));
        _bench = made;
    }

    public void Dispose() => _bench.Dispose();

    private JsonValue Connect => Bench.Method("initialize");

    private Identified Verify(string kind, string value, long? peer = 1000, DateTimeOffset? now = null)
        => Identified.Verifier.Verify(_bench.Request(Connect, [new(kind, value)], peer), _bench.Snapshot, _bench.Freshness, now ?? Bench.Noon);

    private static string Access(Func<JsonValue, JsonValue>? change = null, SigningKey? key = null, string typ = TokenTypes.AccessToken)
    {
        var now = Bench.Noon.ToUnixTimeSeconds();
        var claims = JsonValue.Object(
            ("iss", JsonValue.Of(Issuer)), ("aud", JsonValue.Of("https://gate.example")), ("sub", JsonValue.Of("bob")), ("client_id", JsonValue.Of("agent-7")), ("jti", JsonValue.Of("j-1")),
            ("iat", JsonValue.Of(now)), ("exp", JsonValue.Of(now + 600)), ("scope", JsonValue.Of("pay read")));
        return (key ?? IssuerKey).SignCompact(typ, change?.Invoke(claims) ?? claims);
    }

    private string Own(string sub = "alice@local", string aud = "http://127.0.0.1:7073", SigningKey? key = null)
    {
        var now = Bench.Noon.ToUnixTimeSeconds();
        return (key ?? _bench.Run).SignCompact(TokenTypes.AccessToken, JsonValue.Object(
            ("iss", JsonValue.Of(_bench.Trust.Issuer)), ("aud", JsonValue.Of(aud)), ("sub", JsonValue.Of(sub)), ("client_id", JsonValue.Of("obstat-cli")), ("jti", JsonValue.Of("j")), ("iat", JsonValue.Of(now)),
            ("exp", JsonValue.Of(now + 600))));
    }

    private static void Refused(Identified identified, DenyReason reason = DenyReason.IdentityUnverifiable)
    {
        Assert.False(identified.IsVerified);
        Assert.Equal((reason, 0, (Principal?)null), (identified.Refusal.Reason, identified.NotAfter, identified.Principal));
        Assert.Equal(reason.ToString(), identified.State);
    }

    [Fact]
    public void A_run_token_of_the_peer_is_a_bound_agent()
    {
        var identified = Verify(AssertionKinds.RunToken, _bench.RunToken());
        Assert.Equal(("Agent::local:uid:1000", Possession.Bound, "verified"), (identified.Principal!.PermitSubject, identified.Possession, identified.State));
        Assert.Equal(Bench.Noon.ToUnixTimeSeconds() + 600, identified.NotAfter);
    }

    [Fact]
    public void The_peer_of_the_socket_must_be_the_user_of_the_token()
    {
        Refused(Verify(AssertionKinds.RunToken, _bench.RunToken(), peer: 1001));
        Refused(Verify(AssertionKinds.RunToken, _bench.RunToken(), peer: null));
        Refused(Verify(AssertionKinds.RunToken, _bench.RunToken(uid: 1001), peer: 1001));
    }

    [Fact]
    public void A_run_token_for_somebody_or_something_else_is_refused()
    {
        Refused(Verify(AssertionKinds.RunToken, _bench.RunToken(aud: "urn:execution:point:gw-2")));
        Refused(Verify(AssertionKinds.RunToken, _bench.RunToken(iss: "urn:execution:plane:other")));
        Refused(Verify(AssertionKinds.RunToken, _bench.RunToken(sub: "Agent::local:uid:7")));
        Refused(Verify(AssertionKinds.RunToken, _bench.RunToken(sub: "User::alice@local")));
        Refused(Verify(AssertionKinds.RunToken, _bench.RunToken(cgroup: "aa")));
        Refused(Verify(AssertionKinds.RunToken, _bench.RunToken(key: SigningKey.Create(KeyRole.Run))));
        Refused(Verify(AssertionKinds.RunToken, _bench.RunToken(), now: Bench.Noon.AddSeconds(600)));
        Refused(Verify(AssertionKinds.RunToken, _bench.RunToken(at: Bench.Noon.AddSeconds(60))));
    }

    [Fact]
    public void A_key_of_the_plane_verifies_nothing_after_its_end()
    {
        var until = Bench.Noon.ToUnixTimeSeconds();
        var trust = _bench.MakeTrust(until: until);
        var snapshot = Snapshot.Of(_bench.Law, PrincipalDirectory.Empty, trust, Revocations.Empty);
        var request = _bench.Request(Connect, [new(AssertionKinds.RunToken, _bench.RunToken(at: Bench.Noon.AddSeconds(-10)))]);
        Assert.True(Identified.Verifier.Verify(request, snapshot, _bench.Freshness, Bench.Noon.AddSeconds(-1)).IsVerified);
        Refused(Identified.Verifier.Verify(request, snapshot, _bench.Freshness, Bench.Noon));
    }

    [Fact]
    public void A_token_that_was_verified_before_is_judged_by_its_time_each_time()
    {
        var request = _bench.Request(Connect, [new(AssertionKinds.RunToken, _bench.RunToken())]);
        Identified At(int seconds) => Identified.Verifier.Verify(request, _bench.Snapshot, _bench.Freshness, Bench.Noon.AddSeconds(seconds));
        Assert.True(At(0).IsVerified);
        Assert.True(At(599).IsVerified);
        Refused(At(600));
        Refused(At(-60));
        Assert.True(At(599).IsVerified);
        Refused(Identified.Verifier.Verify(_bench.Request(Connect, request.Assertions, peer: 1001), _bench.Snapshot, _bench.Freshness, Bench.Noon));
        var without = Snapshot.Of(_bench.Law, PrincipalDirectory.Empty, _bench.MakeTrust(identities: []), Revocations.Empty);
        Refused(Identified.Verifier.Verify(request, without, _bench.Freshness, Bench.Noon));
    }

    [Fact]
    public void An_access_token_that_was_verified_before_is_judged_by_its_time_audience_and_trust_each_time()
    {
        foreach (var compact in new[] { Access(), Own() })
        {
            Identified At(int seconds) => Verify(AssertionKinds.AccessToken, compact, now: Bench.Noon.AddSeconds(seconds));
            Assert.True(At(0).IsVerified);
            Refused(At(631));
            Refused(At(-60));
            Assert.True(At(0).IsVerified);
            var other = Snapshot.Of(_bench.Law, PrincipalDirectory.Empty, _bench.MakeTrust(identities: []), Revocations.Empty);
            Refused(Identified.Verifier.Verify(_bench.Request(Connect, [new(AssertionKinds.AccessToken, compact)]), other, _bench.Freshness, Bench.Noon));
        }

        var until = Bench.Noon.ToUnixTimeSeconds() + 5;
        var ending = Snapshot.Of(_bench.Law, PrincipalDirectory.Empty, _bench.MakeTrust(until: until), Revocations.Empty);
        var request = _bench.Request(Connect, [new(AssertionKinds.AccessToken, Own())]);
        Assert.True(Identified.Verifier.Verify(request, ending, _bench.Freshness, Bench.Noon.AddSeconds(4)).IsVerified);
        Refused(Identified.Verifier.Verify(request, ending, _bench.Freshness, Bench.Noon.AddSeconds(5)));
    }

    [Fact]
    public void Nobody_two_and_an_unknown_kind_are_nobody()
    {
        Refused(Identified.Verifier.Verify(_bench.Request(Connect, []), _bench.Snapshot, _bench.Freshness, Bench.Noon));
        var one = new Assertion(AssertionKinds.RunToken, _bench.RunToken());
        Refused(Identified.Verifier.Verify(_bench.Request(Connect, [one, one]), _bench.Snapshot, _bench.Freshness, Bench.Noon));
        Refused(Verify("x509", _bench.RunToken()));
    }

    [Fact]
    public void A_token_of_one_kind_is_not_one_of_another()
    {
        Refused(Verify(AssertionKinds.AccessToken, _bench.RunToken()));
        Refused(Verify(AssertionKinds.RunToken, Own()));
        Refused(Verify(AssertionKinds.RunToken, Access()));
    }

    [Fact]
    public void A_delegation_is_of_no_known_kind()
    {
        var ask = _bench.Ask(Connect) with { Delegation = "a.b.c" };
        Refused(Identified.Verifier.Verify(_bench.Take(ask), _bench.Snapshot, _bench.Freshness, Bench.Noon), DenyReason.DelegationBroken);
    }

    [Fact]
    public void Every_flipped_bit_of_a_run_token_refuses()
    {
        var token = _bench.RunToken();
        for (var i = 0; i < token.Length; i++)
        {
            var flipped = token.ToCharArray();
            flipped[i] = (char)(flipped[i] ^ (1 << (i % 7)));
            Refused(Verify(AssertionKinds.RunToken, new string(flipped)));
        }
    }

    [Fact]
    public void An_access_token_of_a_pinned_issuer_is_a_person_and_its_client_the_agent()
    {
        var identified = Verify(AssertionKinds.AccessToken, Access(), peer: null);
        Assert.True(identified.IsVerified, identified.Refusal.ToString());
        Assert.Equal(("User::bob@https://idp.example", "agent-7", Possession.Bearer), (identified.Principal!.PermitSubject, identified.Client, identified.Possession));
        Assert.Equal(["pay", "read"], identified.Principal.Claims["scope"].AsEnumerable());
    }

    [Fact]
    public void Access_tokens_that_are_not_exactly_right_are_refused()
    {
        Refused(Verify(AssertionKinds.AccessToken, Access(c => c.With("iss", JsonValue.Of(Issuer + "/")))));
        Refused(Verify(AssertionKinds.AccessToken, Access(c => c.With("aud", JsonValue.Of("https://other.example")))));
        Refused(Verify(AssertionKinds.AccessToken, Access(c => c.With("aud", JsonValue.Array(JsonValue.Of("https://gate.example"), JsonValue.Of("agent-7"))))));
        Refused(Verify(AssertionKinds.AccessToken, Access(c => c.Without("client_id"))));
        Refused(Verify(AssertionKinds.AccessToken, Access(c => c.Without("jti"))));
        Refused(Verify(AssertionKinds.AccessToken, Access(c => c.With("sub", JsonValue.Of(new string('x', 300))))));
        Refused(Verify(AssertionKinds.AccessToken, Access(typ: "JWT")));
        Refused(Verify(AssertionKinds.AccessToken, Access(key: SigningKey.Create(KeyRole.Issuer))));
        Refused(Verify(AssertionKinds.AccessToken, Access(), now: Bench.Noon.AddSeconds(631)));
        Refused(Verify(AssertionKinds.AccessToken, "x.y"));
        Refused(Verify(AssertionKinds.AccessToken, Access(c => c.With("cnf", JsonValue.Object(("jkt", JsonValue.Of("x")))))), DenyReason.PossessionUnproven);
    }

    [Theory]
    [InlineData(25 * 3600)]
    [InlineData(-120)]
    public void Keys_that_are_too_old_or_read_in_the_future_verify_nothing(int age)
    {
        _bench.Freshness = new Freshness(ImmutableSortedDictionary<string, DateTimeOffset>.Empty.Add(Issuer, Bench.Noon.AddSeconds(-age)));
        Refused(Verify(AssertionKinds.AccessToken, Access()), DenyReason.TrustStale);
    }

    [Fact]
    public void Keys_that_were_never_read_are_stale()
    {
        _bench.Freshness = Freshness.Unknown;
        Refused(Verify(AssertionKinds.AccessToken, Access()), DenyReason.TrustStale);
    }

    [Fact]
    public void The_plane_issues_for_enrolled_people_alone()
    {
        var identified = Verify(AssertionKinds.AccessToken, Own(), peer: null);
        Assert.True(identified.IsVerified, identified.Refusal.ToString());
        Assert.Equal("User::alice@local", identified.Principal!.PermitSubject);
        Assert.True(Verify(AssertionKinds.AccessToken, Own(aud: "http://127.0.0.1:7073/mcp/payments")).IsVerified);
        Refused(Verify(AssertionKinds.AccessToken, Own(aud: "http://127.0.0.1:7073/mcp/other")));
        Refused(Verify(AssertionKinds.AccessToken, Own(sub: "mallory@local")));
        Refused(Verify(AssertionKinds.AccessToken, Own(sub: "local:uid:1000")));
        Refused(Verify(AssertionKinds.AccessToken, Own(key: _bench.Permit)));
    }

    [Theory]
    [InlineData("""{"v":1,"name":"local","principal":"Agent::local:uid:1000","uid":1000,"jwk":null}""")]
    [InlineData("""{"v":1,"name":"local","principal":"Agent::local:uid:1001","uid":1000,"jwk":{"crv":"P-256","kty":"EC","x":"a","y":"b"}}""")]
    [InlineData("""{"v":1,"name":"local","principal":"Agent::local:uid:1000","uid":1000,"jwk":{"crv":"P-256","d":"s","kty":"EC","x":"a","y":"b"}}""")]
    [InlineData("""{"v":1,"name":"al ice","principal":"User::al ice@local","uid":null,"jwk":null}""")]
    [InlineData("""{"v":1,"name":"alice","principal":"User::root@local","uid":null,"jwk":null}""")]
    [InlineData("""{"v":2,"name":"alice","principal":"User::alice@local","uid":null,"jwk":null}""")]
    [InlineData("""{"v":1,"name":"alice","principal":"User::alice@local","uid":null,"jwk":null,"admin":true}""")]
    public void Enrolment_files_that_are_not_exact_are_refused(string file) => Assert.False(EnrolledIdentity.TryRead(Bench.Json(file), out _, out _));

    [Fact]
    public void An_enrolment_file_reads_back_as_it_was_written()
    {
        foreach (var identity in new[] { EnrolledIdentity.Person("alice"), EnrolledIdentity.Local("local", 1000, _bench.Local.Public.Jwk) })
        {
            Assert.True(EnrolledIdentity.TryRead(identity.ToJson(), out var back, out _));
            Assert.Equal(identity.ToJson(), back.ToJson());
        }
    }
}
