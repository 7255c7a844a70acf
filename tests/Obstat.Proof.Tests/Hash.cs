namespace Obstat.Proof.Tests;

/// <summary>Digests of known bytes, for tests.</summary>
internal static class Hash
{
    public static Digest From(byte[] bytes)
    {
        Assert.True(Digest.TryFromBytes(bytes, out var digest));
        return digest;
    }

    public static Digest FromHex(string hex)
    {
        Assert.True(Digest.TryParseHex(hex, out var digest));
        return digest;
    }
}
