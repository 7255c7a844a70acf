namespace Obstat.Cli.Hosts;

/// <summary>How sure a thing is. Zero is the worst.</summary>
internal enum FindingState
{
    /// <summary>A way round the gate, or a fence that would not hold.</summary>
    Open = 0,

    /// <summary>Written down so, and not provable from here.</summary>
    Configured,

    /// <summary>Seen to hold, just now.</summary>
    Proved,
}
