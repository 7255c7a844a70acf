using Obstat.Proof.Notes;

namespace Obstat.Proof.Tests.Notes;

public sealed class LogOriginTests
{
    [Fact]
    public void The_label_is_the_beginning_of_the_base32_of_the_keys_digest()
    {
        // SHA-256 of 32 zero bytes is 66687aadf862bd77.., whose first 50 bits are 01100 11001 10100 00111 10101 01011 01111 11000 01100 01010.
        Assert.Equal("local.mzuhvlpymk.obstat.internal", LogOrigin.Of("local", new byte[32]));
    }

    [Fact]
    public void A_signer_names_its_log_by_its_own_key()
    {
        var seed = Enumerable.Range(0, 32).Select(i => (byte)i).ToArray();
        using var signer = LogOrigin.Signer("demo", seed);
        Assert.Equal(LogOrigin.Of("demo", signer.VerifierKey.PublicKey.Span), signer.VerifierKey.Name);
        using var other = LogOrigin.Signer("demo", [.. seed.Reverse()]);
        Assert.NotEqual(signer.VerifierKey.Name, other.VerifierKey.Name);
    }
}
