namespace Obstat.Proof.Messages;

/// <summary>The kinds of assertions that an ask may carry.</summary>
public static class AssertionKinds
{
    /// <summary>A run token of the plane, for a local process.</summary>
    public const string RunToken = "run-token";

    /// <summary>An access token (RFC 9068).</summary>
    public const string AccessToken = "access-token";

    /// <summary>An enforcement point's proof that a probe is its own: it stands for nobody else and reaches nothing but the probes' sink.</summary>
    public const string Canary = "canary";
}
