namespace Obstat.Enforcement;

/// <summary>What is known of an execution after its end (statement <c>outcome</c>). Zero says that it may have happened.</summary>
public enum EndResult
{
    /// <summary>It may have happened.</summary>
    Unknown = 0,

    /// <summary>The upstream answered with a result.</summary>
    Succeeded,

    /// <summary>The upstream answered with an error, or could not be started.</summary>
    Failed,

    /// <summary>It was ended by force.</summary>
    Killed,

    /// <summary>Its time ended.</summary>
    Expired,

    /// <summary>Nothing was sent.</summary>
    Refused,

    /// <summary>It completed, and the caller did not get the answer.</summary>
    Withheld,
}
