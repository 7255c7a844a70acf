using Obstat.Proof;

namespace Obstat.Core.Identities;

/// <summary>One assertion that verified.</summary>
/// <param name="Kind"><c>run-token</c>, <c>access-token</c> or <c>canary</c>.</param>
/// <param name="Issuer">Who signed it.</param>
/// <param name="Digest">SHA-256 of the assertion as it came.</param>
/// <param name="NotAfter">Seconds since 1970; nothing that follows from it lives longer.</param>
public sealed record VerifiedAssertion(string Kind, string Issuer, Digest Digest, long NotAfter);
