using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;
using Obstat.Tests;

namespace Obstat.Proof.Tests.Jws;

/// <summary>
/// Wycheproof: no invalid signature is accepted; each valid one that the strict verifier refuses stands in <see cref="RefusedValid"/> with the reason.
/// </summary>
public class WycheproofTests
{
    private static readonly ImmutableArray<JwsAlgorithm> All = [JwsAlgorithm.ES256, JwsAlgorithm.ES384, JwsAlgorithm.RS256, JwsAlgorithm.PS256];

    private static readonly JwsProfile Any = new()
    {
        Header = ["alg", "kid"],
        HeaderOptional = ["typ"],
        Types = ["JWT"],
        Algorithms = All,
        Role = KeyRole.Issuer,
    };

    /// <summary>Valid tests that are refused: their <c>tcId</c> and why.</summary>
    private static readonly Dictionary<int, string> RefusedValid = new()
    {
        [1] = "symmetric key",
        [357] = "symmetric key",
        [359] = "symmetric key",
        [373] = "symmetric key, and a character that is not base64url",
        [377] = "symmetric key",
        [259] = "empty payload: a token of ours is never empty",
        [325] = "RSASSA-PSS with SHA-512 is not configured, and the payload is empty",
        [265] = "RS384 is not configured",
        [267] = "RS384 is not configured",
        [269] = "RS512 is not configured",
        [271] = "RS512 is not configured",
        [321] = "PS384 is not configured",
        [323] = "PS384 is not configured",
        [327] = "PS512 is not configured",
        [347] = "P-521 is not configured",
        [351] = "P-521 is not configured",
    };

    [Fact]
    public void No_invalid_signature_is_accepted_and_every_refused_valid_one_is_named()
    {
        using var file = JsonDocument.Parse(Vectors.Bytes("identity/wycheproof/json_web_signature_odd.json.gz"));
        var (accepted, refused) = (new List<int>(), new List<int>());
        foreach (var group in file.RootElement.GetProperty("testGroups").EnumerateArray())
        {
            var keys = Import(group);
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                var jws = test.GetProperty("jws");
                var ok = jws.ValueKind == JsonValueKind.String && keys is not null && StrictJws.TryOpenBytes(jws.GetString()!, Any, keys, out _, out _, out _);
                var id = test.GetProperty("tcId").GetInt32();
                if (ok)
                {
                    Assert.True(test.GetProperty("result").GetString() == "valid", $"tcId {id} was accepted: {test.GetProperty("comment")}");
                }

                (ok ? accepted : refused).Add(id);
                if (!ok && test.GetProperty("result").GetString() == "valid")
                {
                    Assert.True(RefusedValid.ContainsKey(id), $"valid tcId {id} is refused and not named: {test.GetProperty("comment")}");
                }
            }
        }

        Assert.Equal(201, accepted.Count + refused.Count);
        Assert.Equal(24 - RefusedValid.Count, accepted.Count);
    }

    /// <summary>Valid only for symmetric keys, which are no keys of an issuer; and one set that holds an RSA key.</summary>
    private static readonly int[] AcceptedKeySets = [5];

    [Fact]
    public void Key_sets_with_something_wrong_in_them_verify_nothing()
    {
        using var file = JsonDocument.Parse(Vectors.Bytes("identity/wycheproof/json_web_key_test.json.gz"));
        var accepted = new List<int>();
        var tests = 0;
        foreach (var group in file.RootElement.GetProperty("testGroups").EnumerateArray())
        {
            var keys = Import(group);
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                tests++;
                if (keys is not null && StrictJws.TryOpenBytes(test.GetProperty("jws").GetString()!, Any, keys, out _, out _, out _))
                {
                    accepted.Add(test.GetProperty("tcId").GetInt32());
                    Assert.Equal("valid", test.GetProperty("result").GetString());
                }
            }
        }

        Assert.Equal(26, tests);
        Assert.Equal(AcceptedKeySets, accepted);
    }

    /// <summary>The public half as a key set; a single key becomes a set of one. RFC 7520 says ES521 where RFC 7518 says ES512.</summary>
    private static JwsKeySet? Import(JsonElement group)
    {
        var half = group.TryGetProperty("public", out var found) ? found : group.GetProperty("private");
        Assert.True(StrictJson.TryParse(Encoding.UTF8.GetBytes(half.GetRawText()), JsonRules.Canonicalizer, JsonLimits.Intake, out var jwk, out _));
        var set = jwk["keys"] is null ? JsonValue.Object(("keys", JsonValue.Array(jwk["kid"] is null && KidOf(group) is { } kid ? jwk.With("kid", JsonValue.Of(kid)) : jwk))) : jwk;
        return JwsKeySet.TryReadForeign(set, All, out var keys, out _) ? keys : null;
    }

    private static string? KidOf(JsonElement group)
    {
        var jws = group.GetProperty("tests")[0].GetProperty("jws").GetString()!;
        return Encodings.Base64Url.TryDecode(jws.Split('.')[0], out var header) && StrictJson.TryParse(header, out var value, out _) ? value["kid"]?.AsString : null;
    }
}
