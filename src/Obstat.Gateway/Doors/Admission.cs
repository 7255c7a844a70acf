namespace Obstat.Gateway.Doors;

/// <summary>Leave for one execution, in time. Whatever causes an effect takes one.</summary>
internal sealed class Admission
{
    internal Admission(long entry, DateTimeOffset notAfter, string holder) => (Entry, NotAfter, Holder) = (entry, notAfter, holder);

    /// <summary>Index of the decision in the ledger.</summary>
    public long Entry { get; }

    /// <summary>The permit's expiry: the answer is cut then.</summary>
    public DateTimeOffset NotAfter { get; }

    /// <summary>Subject and client that the permit names, as one text.</summary>
    public string Holder { get; }
}
