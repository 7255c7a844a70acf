namespace Obstat.Proof.Permits;

/// <summary>Who may use a permit: the holder of a key, or of a client certificate.</summary>
/// <param name="Method"><c>jkt</c>: thumbprint of a key. <c>x5t#S256</c>: SHA-256 of a certificate.</param>
/// <param name="Value">The digest.</param>
public sealed record Confirmation(string Method, Digest Value)
{
    /// <summary>Holder of a key, by its RFC 7638 thumbprint.</summary>
    public const string Key = "jkt";

    /// <summary>Holder of a client certificate, by its SHA-256 (RFC 8705).</summary>
    public const string Certificate = "x5t#S256";
}
