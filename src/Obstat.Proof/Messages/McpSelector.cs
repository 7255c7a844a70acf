namespace Obstat.Proof.Messages;

/// <summary>Which member of <c>params</c> says what a method is about.</summary>
public enum McpSelector
{
    /// <summary>None: all of <c>params</c> are arguments.</summary>
    None = 0,

    /// <summary><c>name</c>, with <c>arguments</c> beside it.</summary>
    Name,

    /// <summary><c>uri</c> alone.</summary>
    Uri,

    /// <summary><c>ref</c>, an object with a <c>name</c> or a <c>uri</c>; the rest are arguments.</summary>
    Reference,
}
