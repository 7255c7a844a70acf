namespace Obstat.Proof.Statements;

/// <summary>A statement of the plane, signed by its statement key.</summary>
public abstract record PlaneStatement : Statement
{
    private protected PlaneStatement()
    {
    }

    /// <summary>The plane that spoke.</summary>
    public required Plane Plane { get; init; }

    /// <inheritdoc/>
    public sealed override SignerRole Signer => SignerRole.Plane;
}
