namespace Obstat.Simulation;

/// <summary>A bug that is put in on purpose, at the seam where the world calls the product: the oracle must find it.</summary>
public enum Plant
{
    None = 0,

    /// <summary>A permit that was used is taken again.</summary>
    DoubleUse,

    /// <summary>An allow is released although its commit failed.</summary>
    LostCommit,

    /// <summary>A lease has one second of grace.</summary>
    GraceSecond,

    /// <summary>A lease that was stopped goes on with the next good beat.</summary>
    Resurrection,

    /// <summary>What a boot that is over left open is never closed.</summary>
    ForgottenEnd,

    /// <summary>A start throws the newest entry away, as if it were torn.</summary>
    RewrittenTail,
}
