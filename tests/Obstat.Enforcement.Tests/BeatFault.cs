namespace Obstat.Enforcement.Tests;

/// <summary>What the fake plane can be told to do to a beat.</summary>
public enum BeatFault
{
    None = 0,

    /// <summary>Takes it and never answers.</summary>
    Silent,

    /// <summary>HTTP 200 with a body that is no answer.</summary>
    Garbage,

    /// <summary>HTTP 503: its store is dead.</summary>
    Unable,

    /// <summary>Under an epoch that is over.</summary>
    OldEpoch,

    /// <summary>The answer to another beat.</summary>
    OtherNonce,

    /// <summary>The answer to another boot.</summary>
    OtherBoot,

    /// <summary>Renews other numbers than it was asked.</summary>
    OtherSeq,

    /// <summary>Signed by a key that no root named.</summary>
    StolenKey,

    /// <summary>Signed by a key of the plane in another role.</summary>
    PermitKey,

    /// <summary>Says that every lease is over.</summary>
    No,
}
