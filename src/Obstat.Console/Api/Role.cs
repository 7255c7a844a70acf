namespace Obstat.Console.Api;

/// <summary>What a session may do. Zero may nothing.</summary>
public enum Role
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Reads everything but what requests and answers contain.</summary>
    Viewer,

    /// <summary>Reads, also what requests contain, and takes evidence away.</summary>
    Auditor,

    /// <summary>Reads, and stops.</summary>
    Operator,

    /// <summary>All of it.</summary>
    Owner,
}
