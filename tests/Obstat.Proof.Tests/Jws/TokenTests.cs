using Obstat.Proof.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Tests.Jws;

/// <summary>Key sets, access tokens, run tokens, proofs and registrations: accepted once right, refused in each way that is wrong.</summary>
public class TokenTests
{
    private const long Now = 1795392000;
    private const string Id = "kPz0T1mJ0m2hU0mS5yqgXw";
    private static readonly SigningKey Root = SigningKey.Create(KeyRole.Root);
    private static readonly SigningKey Permit = SigningKey.Create(KeyRole.Permit);
    private static readonly SigningKey Run = SigningKey.Create(KeyRole.Run);
    private static readonly PlaneKeySet Set = new("urn:execution:plane:t", Now, Now + 3600, "head", [new(Permit.Public, Now, Now + 3600), new(Run.Public, Now + 100, Now + 200)]);

    private static bool Accepts(string token, string? root = null, string head = "head", long now = Now) => PlaneKeySet.TryVerify(token, root ?? Root.Kid, head, now, out _, out _);

    [Fact]
    public void A_key_set_is_believed_under_the_pinned_root_and_head_alone()
    {
        var token = Set.Sign(Root);
        Assert.True(PlaneKeySet.TryVerify(token, Root.Kid, "head", Now, out var read, out _));
        Assert.Equal(token.Split('.')[1], read.Sign(Root).Split('.')[1]);
        Assert.False(Accepts(token, SigningKey.Create(KeyRole.Root).Kid));
        Assert.False(Accepts(token, head: "other head"));
        Assert.False(Accepts(token, now: Now + 3600));
        Assert.False(Accepts(Set.Sign(Permit)));
        Assert.False(Accepts((Set with { Keys = [.. Set.Keys, Set.Keys[0]] }).Sign(Root)));
        Assert.False(Accepts((Set with { Keys = [new(SigningKey.Create(KeyRole.Root).Public, Now, Now + 1)] }).Sign(Root)));
        Assert.False(Accepts((Set with { Keys = [new(SigningKey.Create(KeyRole.Operator).Public, Now, Now + 1)] }).Sign(Root)));
        Assert.False(Accepts((Set with { Expires = Now + TokenProfiles.KeySetLifeMax + 1 }).Sign(Root)));
    }

    [Fact]
    public void A_working_key_is_used_in_its_role_and_time()
    {
        Assert.NotNull(Set.Of(KeyRole.Permit, Now)[Permit.Kid]);
        Assert.Null(Set.Of(KeyRole.Run, Now)[Permit.Kid]);
        Assert.Null(Set.Of(KeyRole.Run, Now)[Run.Kid]);
        Assert.NotNull(Set.Of(KeyRole.Run, Now + 199)[Run.Kid]);
        Assert.Null(Set.Of(KeyRole.Run, Now + 200)[Run.Kid]);
    }

    private static JsonValue AccessToken { get; } = JsonValue.Object(
        ("iss", JsonValue.Of("https://idp.example")), ("aud", JsonValue.Strings(["https://other.example", "https://gw.example/mcp/payments"])), ("sub", JsonValue.Of("alice")), ("client_id", JsonValue.Of("billing")),
        ("jti", JsonValue.Of("t-1")), ("iat", JsonValue.Of(Now)), ("exp", JsonValue.Of(Now + 600)), ("roles", JsonValue.EmptyArray));

    private static DenyReason? Refused(JsonValue claims, string typ = "at+jwt", long now = Now)
        => AccessTokenClaims.TryVerify(Issuer.SignCompact(typ, claims), TokenProfiles.ForeignAccessToken, JwsKeySet.Of(Issuer.Public), "https://idp.example", "https://gw.example/mcp/payments", now, out _, out var refusal)
            ? null
            : refusal.Reason;

    private static readonly SigningKey Issuer = SigningKey.Create(KeyRole.Issuer);

    [Fact]
    public void An_access_token_is_for_us_from_its_issuer_and_no_id_token()
    {
        Assert.Null(Refused(AccessToken));
        Assert.Null(Refused(AccessToken, "application/at+jwt"));
        Assert.Null(Refused(AccessToken, now: Now + 629));
        Assert.Equal(DenyReason.AssertionInvalid, Refused(AccessToken, now: Now + 630));
        Assert.Equal(DenyReason.AssertionInvalid, Refused(AccessToken, "JWT"));
        Assert.Equal(DenyReason.AssertionInvalid, Refused(AccessToken.With("iss", JsonValue.Of("https://idp.example/"))));
        Assert.Equal(DenyReason.AssertionInvalid, Refused(AccessToken.With("aud", JsonValue.Of("https://gw.example/mcp"))));
        Assert.Equal(DenyReason.AssertionInvalid, Refused(AccessToken.With("aud", JsonValue.Strings(["https://gw.example/mcp/payments", "billing"]))));
        foreach (var claim in new[] { "iss", "aud", "sub", "client_id", "jti", "iat", "exp" })
        {
            Assert.Equal(DenyReason.AssertionInvalid, Refused(AccessToken.Without(claim)));
        }
    }

    [Fact]
    public void A_bound_access_token_says_which_key_must_be_proven_and_an_unknown_binding_refuses()
    {
        var bound = AccessToken.With("cnf", JsonValue.Object(("jkt", JsonValue.Of(Run.Kid))));
        Assert.True(AccessTokenClaims.TryVerify(Issuer.SignCompact("at+jwt", bound), TokenProfiles.ForeignAccessToken, JwsKeySet.Of(Issuer.Public), "https://idp.example", "https://gw.example/mcp/payments", Now, out var token, out _));
        Assert.Equal(Run.Kid, token.Confirmation);
        Assert.Equal(DenyReason.PossessionUnproven, Refused(AccessToken.With("cnf", JsonValue.Object(("x5t#S256", JsonValue.Of(Run.Kid))))));
        Assert.Equal(DenyReason.PossessionUnproven, Refused(AccessToken.With("cnf", JsonValue.EmptyObject)));
    }

    [Fact]
    public void Run_tokens_and_proofs_of_possession_verify_once_right_and_in_time()
    {
        var claims = new RunTokenClaims("urn:execution:plane:t", "gw-1", "Agent::local:uid:1000", null, 1000, null, "boot", Now, Now + 600, Id);
        Assert.True(RunTokenClaims.TryVerify(claims.Sign(Run), JwsKeySet.Of(Run.Public), Now, out var read, out _));
        Assert.Equal(claims, read);
        Assert.False(RunTokenClaims.TryVerify(claims.Sign(Permit), JwsKeySet.Of(Run.Public, Permit.Public), Now, out _, out _));

        var identity = SigningKey.Create(KeyRole.Identity);
        var proof = new PossessionProof("aud", Id, 1000, Now, Id);
        Assert.True(PossessionProof.TryVerify(proof.Sign(identity), Now + 60, out var proven, out var key, out _));
        Assert.Equal((proof, identity.Kid), (proven, key.Thumbprint));
        Assert.False(PossessionProof.TryVerify(proof.Sign(identity), Now + 61, out _, out _, out _));
        Assert.False(PossessionProof.TryVerify(proof.Sign(identity), Now - 3, out _, out _, out _));
    }

    [Fact]
    public void A_registration_verifies_under_the_key_that_it_carries()
    {
        var (point, report, instance) = (SigningKey.Create(KeyRole.Point), SigningKey.Create(KeyRole.Report), SigningKey.Create(KeyRole.Instance));
        var registration = new PointRegistration("gw-1", "gateway", Id, report.Public, instance.Public, Digest.Of("b"u8), Digest.Of("c"u8), ChosenFormats.Known, ["redact.arguments"], new PreviousBoot(Id, 3), [], null, Now, Id);
        Assert.True(PointRegistration.TryVerify(registration.Sign(point), Now, out var read, out var key, out _));
        Assert.Equal(registration.ToClaims(), read.ToClaims());
        Assert.Equal(point.Kid, key.Thumbprint);
        var parts = registration.Sign(point).Split('.');
        Assert.False(PointRegistration.TryVerify($"{parts[0]}.{(registration with { Id = "gw-2" }).Sign(point).Split('.')[1]}.{parts[2]}", Now, out _, out _, out _));
    }

    [Fact]
    public void Formats_that_have_no_version_in_common_are_none()
    {
        Assert.Equal(new ChosenFormats(2, 1, 1, 1), ChosenFormats.HighestCommon(ChosenFormats.Known with { Permit = [1, 2, 4] }, ChosenFormats.Known with { Permit = [1, 2, 3] }));
        Assert.Null(ChosenFormats.HighestCommon(ChosenFormats.Known, ChosenFormats.Known with { Receipt = [2] }));
    }
}
