namespace Obstat.Proof.Reasons;

/// <summary>A refusal as a value. <c>default</c> refuses as a fault.</summary>
/// <param name="Reason">The code.</param>
/// <param name="Detail">The finer cause, for the ledger and for operators; never told to the caller, never a secret.</param>
public readonly record struct Refusal(DenyReason Reason, string Detail)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Reason.ToCode()}: {Detail}";
}
