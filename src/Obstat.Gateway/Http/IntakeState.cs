namespace Obstat.Gateway.Http;

/// <summary>How far a request has come in. Zero refuses.</summary>
internal enum IntakeState
{
    /// <summary>It is refused; the connection ends.</summary>
    Refused = 0,

    /// <summary>No byte of it has come.</summary>
    Empty,

    /// <summary>Its head is not complete.</summary>
    Head,

    /// <summary>Its head is accepted, its body is not complete.</summary>
    Body,

    /// <summary>Head and body are complete and understood.</summary>
    Complete,
}
