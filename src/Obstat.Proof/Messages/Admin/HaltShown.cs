using Obstat.Proof.Leases;

namespace Obstat.Proof.Messages.Admin;

/// <summary>A halt in force.</summary>
/// <param name="Id">What a lift names.</param>
/// <param name="Scope">What is halted.</param>
/// <param name="Reason">Why.</param>
/// <param name="By">Who gave it.</param>
/// <param name="IssuedAt">Seconds since 1970.</param>
/// <param name="IsDurable">Whether the ledger has it.</param>
public sealed record HaltShown(string Id, Scope Scope, string Reason, string By, long IssuedAt, bool IsDurable)
{
    /// <summary>Who halts an enforcement point whose probe failed.</summary>
    public const string ByCanary = "canary";

    /// <summary>Who halts an enforcement point that enforces by something else than the plane published.</summary>
    public const string ByDrift = "drift";

    /// <summary>Whether the plane gave it by itself, so that one operator may end it.</summary>
    public bool IsOfPlane => By is ByCanary or ByDrift && Scope.Kind == ScopeKind.EnforcementPoint;
}
