namespace Obstat.Core.Records;

/// <summary>Why an allow is closed without an outcome. Zero is no cause and is refused.</summary>
public enum OrphanCause
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Nobody reported in time.</summary>
    NoOutcome,

    /// <summary>The boot that asked is over.</summary>
    BootEnded,

    /// <summary>The entry became durable after its caller was told <c>Late</c>: no permit was made.</summary>
    NotReleased,
}
