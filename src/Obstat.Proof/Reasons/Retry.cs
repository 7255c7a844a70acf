namespace Obstat.Proof.Reasons;

/// <summary>Whether asking again can help. Zero says no.</summary>
public enum Retry
{
    /// <summary>Neither the same request nor a changed one: something other than the request must change.</summary>
    Never = 0,

    /// <summary>A changed request may be permitted; the same one will be refused again.</summary>
    Changed,

    /// <summary>The same request may be permitted later.</summary>
    After,
}
