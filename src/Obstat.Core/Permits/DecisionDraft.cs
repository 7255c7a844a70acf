using Obstat.Core.Decisions;
using Obstat.Core.Records;
using Obstat.Proof;
using Obstat.Proof.Leases;
using Obstat.Proof.Messages;
using Obstat.Proof.Permits;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;

namespace Obstat.Core.Permits;

/// <summary>
/// A decision on its way into the ledger. Made from a <see cref="Decided"/> alone. When its turn comes it fixes, for an allow, every claim of the permit but the entry that the permit will cite,
/// and puts their digest into the statement.
/// </summary>
public sealed class DecisionDraft
{
    private readonly SealedDecision _sealed;
    private readonly Chance _chance;
    private readonly PermitTerms _terms;
    private readonly Func<Scope, bool>? _isHalted;

    /// <summary>A draft of this decision.</summary>
    /// <param name="decided">What was decided.</param>
    /// <param name="sealedParts">Its request and circumstances, sealed.</param>
    /// <param name="chance">Identifiers for this request alone.</param>
    /// <param name="terms">How permits are made.</param>
    /// <param name="isHalted">What is halted when its turn comes; null where nothing is.</param>
    public DecisionDraft(Decided decided, SealedDecision sealedParts, Chance chance, PermitTerms terms, Func<Scope, bool>? isHalted = null)
    {
        ArgumentNullException.ThrowIfNull(decided);
        ArgumentNullException.ThrowIfNull(sealedParts);
        (Decided, _sealed, _chance, _terms, _isHalted) = (decided, sealedParts, chance, terms, isHalted);
        var request = decided.Request;
        Draft = Draft.OfPlane(
            Compose,
            request.At.Boot,
            new BodyKey(request.At.Boot, request.Seq, request.Body),
            sealedParts.Blobs,
            patience: request.Patience < Draft.PatienceDefault ? request.Patience : Draft.PatienceDefault);
    }

    /// <summary>What was decided.</summary>
    public Decided Decided { get; }

    /// <summary>The execution that it is about.</summary>
    public string Execution => _chance.Execution;

    /// <summary>The command to the sequencer.</summary>
    public Draft Draft { get; }

    /// <summary>Whether another snapshot was in force when its turn came, or something was halted meanwhile: the request is to be judged again. Known once the ledger answered.</summary>
    public bool HasMoved { get; private set; }

    /// <summary>The claims that the statement fixed; null for a denial, and before its turn.</summary>
    internal PermitClaims? Claims { get; private set; }

    // Runs on the ledger's writer; what it sets is read only after the ledger answered.
    private Composition Compose(Sequenced place)
    {
        var allowed = Decided.Decision.IsAllowed;
        // A revocation that stands in the log before this entry counts, although no snapshot has it yet. A halt acts before it is recorded, so no allow stands behind the halt of its scope.
        HasMoved = allowed && (place.State.Active?.Digest != Decided.Snapshot.Digest || place.State.Revoked.Count != Decided.Snapshot.Revocations.Count
            || (_isHalted is { } isHalted && Decided.Scopes().Any(isHalted)));
        if (HasMoved)
        {
            return Composition.Refuse(DenyReason.Late);
        }

        Claims = allowed ? ClaimsAt(place.Time.Time.ToUnixTimeSeconds(), place.Plane.Epoch) : null;
        return allowed && Claims is null ? Composition.Refuse(DenyReason.Late) : Composition.Of(StatementAt(place));
    }

    private PermitClaims? ClaimsAt(long now, long epoch)
    {
        var request = Decided.Request;
        // No permit outlives the identity that it rests on.
        var end = Math.Min(now + (long)_terms.Life.TotalSeconds, Decided.Identified.NotAfter);
        var lease = request.IsLeased && _chance.Lease is { } id ? new LeaseTerms(id, (long)_terms.LeaseLife.TotalSeconds, epoch) : null;
        return end <= now || request.IsLeased != lease is not null || !Digest.TryParseBase64Url(request.At.HolderThumbprint, out var holder) ? null : new PermitClaims
        {
            Iss = _terms.Issuer,
            Aud = request.Audience,
            IssuedAt = now,
            NotBefore = now,
            Expires = end,
            Jti = _chance.Jti,
            Sub = Decided.Identified.Principal!.PermitSubject,
            ClientId = Decided.Identified.Client!,
            Cnf = new Confirmation(Confirmation.Key, holder),
            Use = "instance",
            Ep = new PointBoot(request.At.Id, request.At.Boot),
            Action = new PermittedAction(request.Action.WireAction, request.Audience, request.Action.Identifier, request.Action.ActHash, request.Action.ToolHash, lease is null ? "once" : "lease"),
            Txn = request.Parent ?? Execution,
            Exe = Execution,
            ParentExe = request.Parent,
            RequestingWorkload = Urns.Point(request.Point),
            Snapshot = Decided.Snapshot.Digest,
            Lease = lease,
            Obligations = Decided.Obligations,
        };
    }

    // A number that got its own entry meanwhile, because an answer was lost, is not told twice.
    private CanaryFacts? ProbesAt(Sequenced place)
        => Decided.Request.Canary is { } probes && place.State.Boots.TryGetValue(Decided.Request.At.Boot, out var boot)
            ? probes with { Ranges = [.. probes.Ranges.Where(r => !boot.Used.Touches(r.First, r.Last))] }
            : Decided.Request.Canary;

    private DecisionStatement StatementAt(Sequenced place)
    {
        var request = Decided.Request;
        var snapshot = Decided.Snapshot;
        return new DecisionStatement
        {
            Nonce = place.Nonce,
            Origin = place.Origin,
            Time = place.Time,
            Clock = place.Clock,
            Plane = place.Plane,
            Ep = new PointSequence(request.At.Id, request.At.Boot, request.Seq, place.Prev),
            Request = new RequestFacts(request.Action.WireAction, Decided.Class, Execution, request.Parent ?? Execution, request.Parent),
            Snapshot = snapshot.Digest,
            Read = Decided.Read,
            Engine = new EngineFacts(PermitTerms.EngineName, PermitTerms.EngineSemantics, _terms.EngineBuild),
            Identity = new IdentityFacts(Decided.Identified.State, _sealed.Principal, _sealed.Chain),
            Decision = Decided.Decision.IsAllowed ? DecisionStatement.Allow : DecisionStatement.Deny,
            Reason = Decided.Decision.IsAllowed ? null : Decided.Decision.Reason.ToCode(),
            Policies = [.. Decided.Decision.Policies.Select(p => p.ToString())],
            Errors = [.. Decided.Decision.Errors.Select(e => new PolicyErrorFact(e.Policy.ToString(), e.Code))],
            Approvals = [],
            Budgets = [],
            Permit = Claims is null ? null : new PermitFacts(Claims.Jti, Claims.ClaimsDigest(), Claims.NotBefore, Claims.Expires, Claims.Use, Claims.Action.Mode, Claims.Lease),
            Trace = null,
            Witnessed = null,
            Canary = ProbesAt(place),
            RequestPlain = _sealed.References.Single(r => r.Role == "request").Plain,
            Sealed = _sealed.References,
        };
    }
}
