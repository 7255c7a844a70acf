using System.Collections.Immutable;
using Obstat.Core.Requests;
using Obstat.Proof.Reasons;

namespace Obstat.Core.Identities;

/// <summary>
/// A request and who makes it: a verified principal, or the reason why there is none. The unverified goes on too, so that its refusal is decided and recorded like any other.
/// Made by <see cref="Verifier"/>, and from the record where a decision is replayed.
/// </summary>
public sealed partial class Identified
{
    private Identified(ExecutionRequest request, Proven? proven, Refusal refusal) => (Request, _proven, Refusal) = (request, proven, refusal);

    private readonly Proven? _proven;

    /// <summary>Who asked, as an entry of the ledger says: for deciding again what was decided, never for a permit.</summary>
    internal static Identified OfRecord(ExecutionRequest request, Proven? proven, Refusal refusal) => new(request, proven, refusal);

    /// <summary>What is asked.</summary>
    public ExecutionRequest Request { get; }

    /// <summary>Whether somebody was verified.</summary>
    public bool IsVerified => _proven is not null;

    /// <summary>Who asks; null if nobody was verified.</summary>
    public Principal? Principal => _proven?.Principal;

    /// <summary>The workload that speaks: the client of an access token, or the agent itself. Null if nobody was verified.</summary>
    public string? Client => _proven?.Client;

    /// <summary>How the assertion is tied to who presents it.</summary>
    public Possession Possession => _proven?.Possession ?? Possession.None;

    /// <summary>Whether an enforcement point probes itself: judged under the built-in law, and about nothing but the sink of the probes.</summary>
    public bool IsCanary => _proven?.Assertion.Kind == Proof.Messages.AssertionKinds.Canary;

    /// <summary>What was verified.</summary>
    public ImmutableArray<VerifiedAssertion> Assertions => _proven is null ? [] : [_proven.Assertion];

    /// <summary>Seconds since 1970 after which the identity is nothing; no permit outlives it. 0 if nobody was verified.</summary>
    public long NotAfter => _proven?.Assertion.NotAfter ?? 0;

    /// <summary>Why nobody was verified; meaningless beside <see cref="IsVerified"/>.</summary>
    public Refusal Refusal { get; }

    /// <summary><c>verified</c>, or the code why not: the record's <c>identity.state</c>.</summary>
    public string State => IsVerified ? "verified" : Refusal.Reason.ToCode();
}
