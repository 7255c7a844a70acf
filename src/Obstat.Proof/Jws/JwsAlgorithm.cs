namespace Obstat.Proof.Jws;

/// <summary>Signature algorithms of RFC 7518 that are verified here. Zero verifies nothing.</summary>
public enum JwsAlgorithm
{
    /// <summary>No algorithm: every signature refuses.</summary>
    None = 0,

    /// <summary>ECDSA with P-256 and SHA-256: everything that we sign.</summary>
    ES256,

    /// <summary>ECDSA with P-384 and SHA-384: only tokens of other issuers.</summary>
    ES384,

    /// <summary>RSASSA-PKCS1-v1_5 with SHA-256: only tokens of other issuers.</summary>
    RS256,

    /// <summary>RSASSA-PSS with SHA-256 and a salt of 32 bytes: only tokens of other issuers.</summary>
    PS256,
}
