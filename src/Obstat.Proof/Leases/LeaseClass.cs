namespace Obstat.Proof.Leases;

/// <summary>How an execution under a lease is stopped. Zero has no lease: one request, one response, within the permit's life.</summary>
public enum LeaseClass
{
    /// <summary>No lease.</summary>
    None = 0,

    /// <summary>A stream is no longer copied and both sides are cut.</summary>
    Stream,

    /// <summary>A cell is killed.</summary>
    Process,

    /// <summary>A request that was sent is not answered: its result is withheld.</summary>
    Withhold,

    /// <summary>Every further step is refused.</summary>
    Next,

    /// <summary>A job elsewhere is cancelled; until that is confirmed nobody knows.</summary>
    Remote,
}
