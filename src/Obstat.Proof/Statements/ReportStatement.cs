namespace Obstat.Proof.Statements;

/// <summary>A statement of an enforcement point about its own work, signed by the report key of the boot: the plane cannot invent one.</summary>
public abstract record ReportStatement : Statement
{
    private protected ReportStatement()
    {
    }

    /// <summary>Who speaks, with the number, and the report before it.</summary>
    public required PointSequence Ep { get; init; }

    /// <inheritdoc/>
    public sealed override SignerRole Signer => SignerRole.Report;
}
