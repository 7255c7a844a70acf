using System.Text.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Permits;
using Obstat.Proof.Reasons;
using Obstat.Tests;

namespace Obstat.Proof.Tests.Permits;

public class DpopTests
{
    [Fact]
    public void The_proof_of_rfc_9449_verifies_at_its_time_for_its_key_request_and_token()
    {
        using var file = JsonDocument.Parse(Vectors.Bytes("identity/dpop/one.json"));
        var example = file.RootElement.GetProperty("examples")[0];
        Assert.True(Digest.TryParseBase64Url(file.RootElement.GetProperty("expected_jkt").GetString(), out var jkt));
        var (proof, token, target) = (example.GetProperty("proof").GetString()!, example.GetProperty("access_token").GetString()!, "https://resource.example.org/protectedresource");
        Assert.True(DpopProof.TryVerify(proof, jkt, "GET", target, token, 1562262618, out var verified, out _));
        Assert.Equal("e1j3V_bKic8-LAEB", verified.Jti);
        Assert.False(DpopProof.TryVerify(proof, jkt, "POST", target, token, 1562262618, out _, out _));
        Assert.False(DpopProof.TryVerify(proof, jkt, "GET", target + "/", token, 1562262618, out _, out _));
        Assert.False(DpopProof.TryVerify(proof, jkt, "GET", target, token + "x", 1562262618, out _, out _));
        Assert.False(DpopProof.TryVerify(proof, Digest.Of("other"u8), "GET", target, token, 1562262618, out _, out _));
        Assert.False(DpopProof.TryVerify(proof, jkt, "GET", target, token, 1562262629, out _, out _));
        Assert.False(DpopProof.TryVerify(proof, jkt, "GET", target, token, 1562262615, out _, out var refusal));
        Assert.Equal(DenyReason.PossessionUnproven, refusal.Reason);
    }

    [Fact]
    public void Our_own_proof_verifies_and_none_does_not()
    {
        var holder = SigningKey.Create(KeyRole.Instance);
        var proof = DpopProof.Make(holder, "POST", "https://t.example/mcp", "token", 100, "j");
        Assert.True(DpopProof.TryVerify(proof, holder.Public.ThumbprintDigest, "POST", "https://t.example/mcp", "token", 100, out _, out _));
        Assert.False(DpopProof.TryVerify(null, holder.Public.ThumbprintDigest, "POST", "https://t.example/mcp", "token", 100, out _, out _));
    }
}
