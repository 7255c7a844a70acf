namespace Obstat.Proof.Jws;

/// <summary>One working key of the plane with its time.</summary>
/// <param name="Key">The key; its <c>kid</c> is its thumbprint.</param>
/// <param name="NotBefore">Seconds since 1970 from which it signs.</param>
/// <param name="Expires">Seconds since 1970 until which it signs.</param>
public sealed record KeySetMember(JwsKey Key, long NotBefore, long Expires);
