using Obstat.Proof.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Messages;
using Obstat.Proof.Messages.Admin;
using Obstat.Proof.Reasons;
using Obstat.Settings;
using Assertion = Obstat.Proof.Messages.Assertion;

namespace Obstat.Server.Tests.Planes;

/// <summary>Whose keys and tokens a plane believes.</summary>
public sealed class EnrolmentTests : PlaneCase
{
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
}
