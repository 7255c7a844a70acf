namespace Obstat.Proof.Messages.Admin;

/// <summary>Whether the enforcement points are shut, as far as their probes proved it. Zero says that nobody knows.</summary>
public enum ClosedState
{
    /// <summary>No enforcement point is connected: those that are away refuse.</summary>
    Unknown = 0,

    /// <summary>A connected point has not proved it within three intervals.</summary>
    NotProved,

    /// <summary>Every connected point proved it within three intervals.</summary>
    Closed,

    /// <summary>A probe that must have no effect had one.</summary>
    Open,
}
