using System.Collections.Immutable;
using Obstat.Proof.Reasons;

namespace Obstat.Proof.Jws;

/// <summary>What one kind of token looks like, as data. What a profile does not list refuses.</summary>
public sealed record JwsProfile
{
    /// <summary>Allowed values of <c>typ</c>, compared by case; empty refuses every token that has one.</summary>
    public ImmutableArray<string> Types { get; init; } = [];

    /// <summary>Header members, all required and no others; <c>alg</c> is always among them.</summary>
    public ImmutableArray<string> Header { get; init; } = ["alg", "kid", "typ"];

    /// <summary>Header members that may be there besides.</summary>
    public ImmutableArray<string> HeaderOptional { get; init; } = [];

    /// <summary>Allowed algorithms.</summary>
    public ImmutableArray<JwsAlgorithm> Algorithms { get; init; } = [JwsAlgorithm.ES256];

    /// <summary>The role that the signing key must have.</summary>
    public KeyRole Role { get; init; }

    /// <summary>Bytes of the compact form at most.</summary>
    public int BytesMax { get; init; } = 8192;

    /// <summary>The claim table.</summary>
    public ImmutableArray<ClaimRule> Claims { get; init; } = [];

    /// <summary>True for tokens of other issuers, which carry claims of their own; ours refuse what is not in the table.</summary>
    public bool IgnoresUnknownClaims { get; init; }

    /// <summary>Seconds that <c>exp - iat</c> may be; 0 refuses every token with an <c>exp</c>.</summary>
    public long LifeMax { get; init; }

    /// <summary>Seconds that <c>iat</c> may lie back in tokens without <c>exp</c>; 0 where <c>exp</c> is required.</summary>
    public long AgeMax { get; init; }

    /// <summary>Seconds of other issuers' clocks; 0 for our own tokens. On <c>nbf</c> and <c>iat</c> 2 s are added.</summary>
    public long SkewAllowed { get; init; }

    /// <summary>The code of a token outside its time.</summary>
    public DenyReason TimeReason { get; init; } = DenyReason.AssertionInvalid;
}
