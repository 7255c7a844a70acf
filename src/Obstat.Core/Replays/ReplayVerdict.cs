namespace Obstat.Core.Replays;

/// <summary>What became of a decision that was decided again. Zero is "not": nothing is the same by default.</summary>
public enum ReplayVerdict
{
    /// <summary>An input is not there, or this version does not mean the same by it.</summary>
    NotReplayable = 0,

    /// <summary>Decision, reason, determining policies and errors are the recorded ones.</summary>
    Same,

    /// <summary>Something is not as recorded.</summary>
    Differs,
}
