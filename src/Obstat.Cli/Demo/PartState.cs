namespace Obstat.Cli.Demo;

/// <summary>How a process of the demo is.</summary>
internal enum PartState
{
    /// <summary>It was not started, or was stopped in order.</summary>
    Stopped,

    /// <summary>It runs and does what it should.</summary>
    Runs,

    /// <summary>The demo broke it.</summary>
    Broken,
}
