namespace Obstat.Proof.Leases;

/// <summary>What an order wants. Zero wants nothing and refuses.</summary>
public enum OrderKind
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Everything of the scope stops, and nothing of it starts until it is lifted.</summary>
    Halt,

    /// <summary>Everything of the scope stops, and nothing of it starts again: it is revoked.</summary>
    Stop,

    /// <summary>The halt of that id is over.</summary>
    Lift,

    /// <summary>The halt of that id, which a failed probe or a drift caused, is over: the point proves again that it is shut, and serves then.</summary>
    Rearm,

    /// <summary>The plane is there. Changes nothing.</summary>
    Ping,
}
