namespace Obstat.Proof.Messages;

/// <summary>What becomes of a method at the gate. Zero refuses.</summary>
public enum McpGate
{
    /// <summary>Not known: refused with <c>UnknownAction</c>.</summary>
    Refused = 0,

    /// <summary>Asked, decided, recorded and permitted each time.</summary>
    Asked,

    /// <summary>Allowed inside a connection that <c>initialize</c> was permitted for.</summary>
    RidesOnConnect,

    /// <summary>Allowed for requests that this client has open, else dropped and counted.</summary>
    OwnRequestsOnly,
}
