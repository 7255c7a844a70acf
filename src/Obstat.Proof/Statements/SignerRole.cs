namespace Obstat.Proof.Statements;

/// <summary>Whose key signs a statement. A right signature in the wrong role refuses.</summary>
public enum SignerRole
{
    None = 0,

    /// <summary>The plane's key of role <c>statement</c>.</summary>
    Plane,

    /// <summary>The report key of an enforcement point's boot.</summary>
    Report,
}
