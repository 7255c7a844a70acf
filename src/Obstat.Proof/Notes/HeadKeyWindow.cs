namespace Obstat.Proof.Notes;

/// <summary>Which heads a key of a log signs.</summary>
/// <param name="Key">The key.</param>
/// <param name="From">Index of the entry that announces it: 0 for the genesis.</param>
/// <param name="Until">Index of the entry that ends it; null while it is in force.</param>
public sealed record HeadKeyWindow(VerifierKey Key, long From, long? Until)
{
    /// <summary>Whether a head of this size carries its line: it covers the entry that announces the key, and not the one that ends it.</summary>
    public bool Signs(long size) => size > From && !(size > Until);
}
