namespace Obstat.Proof.Notes;

/// <summary>
/// The origin of a log of ours, <c>TENANT.LABEL.obstat.internal</c>: the label is the first ten base32 digits (RFC 4648, lower case) of the SHA-256 of the head's public key,
/// so two installations never share an origin, and whoever holds the head key knows the name of its log.
/// </summary>
public static class LogOrigin
{
    private const string Digits = "abcdefghijklmnopqrstuvwxyz234567";

    /// <summary>The origin of a tenant's log.</summary>
    /// <param name="tenant">First label, <c>[a-z0-9-]{1,32}</c>.</param>
    /// <param name="publicKey">The 32 bytes of the head's Ed25519 public key.</param>
    public static string Of(string tenant, ReadOnlySpan<byte> publicKey)
    {
        var digest = Digest.Of(publicKey).ToArray();
        Span<char> label = stackalloc char[10];
        for (var i = 0; i < label.Length; i++)
        {
            var bits = (digest[i * 5 / 8] << 8) | digest[(i * 5 / 8) + 1];
            label[i] = Digits[(bits >> (11 - (i * 5 % 8))) & 31];
        }

        return $"{tenant}.{label}.obstat.internal";
    }

    /// <summary>The signer of a tenant's log by the seed of its head key.</summary>
    public static NoteSigner Signer(string tenant, ReadOnlySpan<byte> seed)
    {
        using var nameless = NoteSigner.FromSeed(tenant, seed);
        return NoteSigner.FromSeed(Of(tenant, nameless.VerifierKey.PublicKey.Span), seed);
    }
}
