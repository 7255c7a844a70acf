namespace Obstat.Enforcement;

/// <summary>What became of a message to the plane. Zero knows nothing.</summary>
public enum PlaneReplyKind
{
    /// <summary>It may have been received; no answer that can be read came in time.</summary>
    Unknown = 0,

    /// <summary>It was never sent: nobody listens.</summary>
    NotSent,

    /// <summary>The plane refused to look at it, with a code (4xx).</summary>
    Refused,

    /// <summary>The plane cannot answer now, with a code (5xx).</summary>
    Unable,

    /// <summary>The plane answered.</summary>
    Answered,
}
