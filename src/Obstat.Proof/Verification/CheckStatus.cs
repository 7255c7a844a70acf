namespace Obstat.Proof.Verification;

/// <summary>What became of a check. Zero is "nobody looked", which proves nothing.</summary>
public enum CheckStatus
{
    NotChecked = 0,
    Verified,
    Failed,
}
