namespace Obstat.Proof.Verification;

/// <summary>The whole of a verification.</summary>
public enum VerifyResult
{
    /// <summary>Nothing failed, and something that was asked for could not be checked.</summary>
    Incomplete = 0,

    /// <summary>Something failed.</summary>
    Failed,

    /// <summary>Everything that was asked for is verified.</summary>
    Verified,
}
