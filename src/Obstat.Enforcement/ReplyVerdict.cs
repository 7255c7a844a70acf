namespace Obstat.Enforcement;

/// <summary>How a verified entry of the ledger fits to those before. Zero does not fit.</summary>
internal enum ReplyVerdict
{
    /// <summary>Two signed things exclude each other: the ledger was forked or cut.</summary>
    Contradiction = 0,

    /// <summary>It is true and old: not the answer to what was asked.</summary>
    Stale,

    /// <summary>It joins.</summary>
    Joins,
}
