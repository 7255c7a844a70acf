namespace Obstat.Gateway.Doors;

/// <summary>What is known of an execution after its end (evidence format, statement <c>outcome</c>). Zero says that it may have happened.</summary>
internal enum EndResult
{
    /// <summary>It may have happened.</summary>
    Unknown = 0,

    /// <summary>The upstream answered with a result.</summary>
    Succeeded,

    /// <summary>The upstream answered with an error, or could not be started.</summary>
    Failed,

    /// <summary>Nothing was sent.</summary>
    Refused,

    /// <summary>It completed, and the caller did not get the answer.</summary>
    Withheld,
}
