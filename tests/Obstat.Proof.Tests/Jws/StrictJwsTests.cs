using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Obstat.Proof.Encodings;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Reasons;

namespace Obstat.Proof.Tests.Jws;

public class StrictJwsTests
{
    private const long Now = 1795392000;
    private static readonly SigningKey Run = SigningKey.Create(KeyRole.Run);
    private static readonly JwsKeySet Keys = JwsKeySet.Of(Run.Public);

    private static JsonValue Claims { get; } = JsonValue.Object(
        ("v", JsonValue.Of(1)), ("iss", JsonValue.Of("urn:execution:plane:t")), ("aud", JsonValue.Of("gw")), ("sub", JsonValue.Of("Agent::local:uid:1000")), ("run", JsonValue.Null), ("uid", JsonValue.Of(1000)),
        ("cg", JsonValue.Null), ("boot", JsonValue.Of("b")), ("iat", JsonValue.Of(Now)), ("exp", JsonValue.Of(Now + 60)), ("jti", JsonValue.Of("j")));

    private static bool Accepts(string token, long now = Now) => StrictJws.TryVerify(token, TokenProfiles.Run, Keys, now, out _, out _);

    private static string Token(string header, string payload) => Signed(Encoding.UTF8.GetBytes(header), Encoding.UTF8.GetBytes(payload));

    private static string Signed(byte[] header, byte[] payload)
    {
        var signed = Base64Url.Encode(header) + "." + Base64Url.Encode(payload);
        return signed + "." + Base64Url.Encode(Run.Sign(Encoding.ASCII.GetBytes(signed)));
    }

    private static string Header(string more = "", string alg = "\"ES256\"", string typ = "execution-run+jwt") => $$"""{"alg":{{alg}},"kid":"{{Run.Kid}}","typ":"{{typ}}"{{more}}}""";

    [Fact]
    public void A_token_of_ours_verifies() => Assert.True(Accepts(Run.SignCompact(TokenTypes.Run, Claims)));

    [Theory]
    [InlineData(""","crit":[]""")]
    [InlineData(""","b64":false""")]
    [InlineData(""","zip":"DEF" """)]
    [InlineData(""","jku":"https://evil.example" """)]
    [InlineData(""","x5c":[]""")]
    [InlineData(""","x5t#S256":"AA" """)]
    [InlineData(""","cty":"JWT" """)]
    [InlineData(""","alg":"ES256" """)]
    [InlineData(""","typ":"execution-run+jwt" """)]
    public void A_header_member_that_the_kind_does_not_have_refuses(string more) => Assert.False(Accepts(Token(Header(more), Claims.ToString())));

    [Theory]
    [InlineData("\"none\"", "execution-run+jwt")]
    [InlineData("\"HS256\"", "execution-run+jwt")]
    [InlineData("\"es256\"", "execution-run+jwt")]
    [InlineData("\"ES384\"", "execution-run+jwt")]
    [InlineData("null", "execution-run+jwt")]
    [InlineData("[\"ES256\"]", "execution-run+jwt")]
    [InlineData("\"ES256\"", "Execution-Run+JWT")]
    [InlineData("\"ES256\"", "application/execution-run+jwt")]
    [InlineData("\"ES256\"", "execution-permit+jwt")]
    [InlineData("\"ES256\"", "JWT")]
    public void The_algorithm_is_the_keys_and_the_type_is_exact(string alg, string typ) => Assert.False(Accepts(Token(Header("", alg, typ), Claims.ToString())));

    public static TheoryData<string> BadPayloads =>
    [
        "", "null", "[]", "\uFEFF" + Claims, Claims + " {}", Claims + "\0", Claims.ToString().Replace("\"uid\":1000", "\"uid\":1000,\"uid\":1001", StringComparison.Ordinal),
        Claims.With("unknown", JsonValue.Null).ToString(), Claims.Without("jti").ToString(), Claims.With("exp", JsonValue.Of("1795392060")).ToString(),
        Claims.ToString().Replace("1795392060", "1.79539206e9", StringComparison.Ordinal), Claims.ToString().Replace("1795392060", "1795392060.0", StringComparison.Ordinal),
        Claims.ToString().Replace("1795392060", "-1", StringComparison.Ordinal), Claims.With("exp", JsonValue.Of(Now)).ToString(), Claims.With("exp", JsonValue.Of(Now + 3601)).ToString(),
        Claims.With("sub", JsonValue.Of("")).ToString(), Claims.With("aud", JsonValue.Array(JsonValue.Of("gw"))).ToString(), "{\"exp\":1,",
    ];

    [Theory]
    [MemberData(nameof(BadPayloads))]
    public void A_signed_payload_that_is_not_exactly_the_claims_refuses(string payload) => Assert.False(Accepts(Token(Header(), payload)));

    [Fact]
    public void A_payload_that_is_not_utf8_refuses() => Assert.False(Accepts(Signed(Encoding.UTF8.GetBytes(Header()), [0x7b, 0xff, 0x7d])));

    [Theory]
    [InlineData(0, true)]
    [InlineData(59, true)]
    [InlineData(60, false)]
    [InlineData(61, false)]
    [InlineData(-2, true)]
    [InlineData(-3, false)]
    [InlineData(-7200, false)]
    [InlineData(864000, false)]
    public void A_token_is_good_from_its_issue_to_the_second_before_its_end(long after, bool good) => Assert.Equal(good, Accepts(Run.SignCompact(TokenTypes.Run, Claims), Now + after));

    [Fact]
    public void A_key_of_another_role_or_another_kid_refuses()
    {
        var other = SigningKey.Create(KeyRole.Permit);
        Assert.False(StrictJws.TryVerify(other.SignCompact(TokenTypes.Run, Claims), TokenProfiles.Run, JwsKeySet.Of(other.Public), Now, out _, out _));
        Assert.False(StrictJws.TryVerify(Run.SignCompact(TokenTypes.Run, Claims), TokenProfiles.Run, JwsKeySet.Empty, Now, out _, out var refusal));
        Assert.Equal(DenyReason.AssertionInvalid, refusal.Reason);
    }

    [Fact]
    public void A_signature_in_der_is_no_signature()
    {
        var (header, payload) = (Base64Url.Encode(Encoding.UTF8.GetBytes(Header())), Base64Url.Encode(Claims.ToCanonicalBytes()));
        using var key = ECDsa.Create();
        key.ImportFromPem(Run.ToPem());
        var der = key.SignData(Encoding.ASCII.GetBytes($"{header}.{payload}"), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        Assert.False(Accepts($"{header}.{payload}.{Base64Url.Encode(der)}"));
    }

    [Fact]
    public void Every_flipped_bit_refuses_or_is_the_same_token()
    {
        var token = Run.SignCompact(TokenTypes.Run, Claims);
        Gen.Select(Gen.Int[0, token.Length - 1], Gen.Int[0, 6]).Sample((at, bit) =>
        {
            var changed = token.ToCharArray();
            changed[at] = (char)(changed[at] ^ (1 << bit));
            return !Accepts(new string(changed));
        }, iter: 2000);
    }

    [Theory]
    [InlineData(" {0}")]
    [InlineData("{0} ")]
    [InlineData("{0}=")]
    [InlineData("{0}.")]
    [InlineData(".{0}")]
    [InlineData("{0}\n")]
    [InlineData("{0}\u00e4")]
    public void Nothing_stands_around_a_token(string form) => Assert.False(Accepts(string.Format(System.Globalization.CultureInfo.InvariantCulture, form, Run.SignCompact(TokenTypes.Run, Claims))));

    [Fact]
    public void A_private_key_file_reads_back_and_another_curve_does_not()
    {
        Assert.True(SigningKey.TryFromPem(Run.ToPem(), KeyRole.Run, out var again));
        Assert.Equal(Run.Kid, again.Kid);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Assert.False(SigningKey.TryFromPem(other.ExportPkcs8PrivateKeyPem(), KeyRole.Run, out _));
        Assert.False(SigningKey.TryFromPem("no key", KeyRole.Run, out _));
        Assert.False(SigningKey.TryFromPem(other.ExportSubjectPublicKeyInfoPem(), KeyRole.Run, out _));
    }

    [Fact]
    public void A_jwk_has_its_four_members_and_no_other()
    {
        Assert.True(JwsKey.TryImport(Run.Public.Jwk, KeyRole.Run, out var key, out _));
        Assert.Equal(Run.Kid, key.Thumbprint);
        foreach (var name in new[] { "crv", "kty", "x", "y" })
        {
            Assert.False(JwsKey.TryImport(Run.Public.Jwk.Without(name), KeyRole.Run, out _, out _));
        }

        Assert.False(JwsKey.TryImport(Run.Public.Jwk.With("d", JsonValue.Of("AA")), KeyRole.Run, out _, out _));
        Assert.False(JwsKey.TryImport(Run.Public.Jwk.With("kid", JsonValue.Of("AA")), KeyRole.Run, out _, out _));
        Assert.False(JwsKey.TryImport(Run.Public.Jwk.With("x", Run.Public.Jwk["y"]!), KeyRole.Run, out _, out _));
        Assert.True(JwsKey.TryImportSpki(key.SubjectPublicKeyInfo.Span, KeyRole.Run, out var spki, out _));
        Assert.Equal(key.Thumbprint, spki.Thumbprint);
        Assert.False(JwsKey.TryImportSpki([.. key.SubjectPublicKeyInfo.Span, 0], KeyRole.Run, out _, out _));
    }
}
