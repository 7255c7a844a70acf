namespace Obstat.Enforcement.Tests;

/// <summary>What the fake plane can be told to do to the probes of a point.</summary>
public enum ProbeFault
{
    None = 0,

    /// <summary>Permits the forbidden one, with a permit and a receipt that verify.</summary>
    Permitted,

    /// <summary>Refuses the forbidden one and records nothing.</summary>
    Unrecorded,

    /// <summary>Refuses the forbidden one with a code that it cannot have.</summary>
    OtherCode,

    /// <summary>Has no law: refuses both, and records it.</summary>
    NoLaw,

    /// <summary>Judges neither in time.</summary>
    NoDecision,

    /// <summary>Counts the forbidden ones and never tells their numbers.</summary>
    Forgotten,
}
