using Obstat.Cedar;
using Obstat.Cedar.Entities;
using Obstat.Core.Decisions;
using Obstat.Core.Identities;
using Obstat.Core.Permits;
using Obstat.Proof;
using Obstat.Proof.Json;
using Obstat.Proof.Leases;
using Obstat.Proof.Reasons;
using Obstat.Proof.Sealing;
using Obstat.Proof.Statements;

namespace Obstat.Core.Replays;

/// <summary>
/// Decides recorded requests again, from the evidence alone: the snapshot's parts by their digests, the opened request and circumstances by theirs, the clock value that was read. The assertion itself is
/// not kept, so the recorded identity is an input; that the snapshot knows it and does not revoke it is checked. Snapshots are kept, so a whole log rebuilds each once. Not safe for concurrent use.
/// </summary>
/// <param name="parts">Gives a part of a snapshot by its digest, or null.</param>
/// <param name="blobs">Gives an opened blob by the digest of its plaintext, or null: erased, or not opened.</param>
public sealed class DecisionReplay(Func<Digest, ReadOnlyMemory<byte>?> parts, Func<Digest, ReadOnlyMemory<byte>?> blobs)
{
    private readonly Dictionary<Digest, (Snapshot? Snapshot, string? Error)> _snapshots = [];
    private readonly SortedDictionary<long, HaltStatement> _halts = []; // those of everything: whom another is of is hidden under the tenant's pepper

    /// <summary>Names the parts of a snapshot, as its activation entry does.</summary>
    public void Activated(PolicyActivationStatement activation)
    {
        ArgumentNullException.ThrowIfNull(activation);
        if (!_snapshots.ContainsKey(activation.Snapshot.Digest))
        {
            _snapshots.Add(activation.Snapshot.Digest, SnapshotReader.Read(activation.Snapshot, parts));
        }
    }

    /// <summary>Tells of a halt or a lift, by its entry.</summary>
    public void Halted(long index, HaltStatement halt)
    {
        ArgumentNullException.ThrowIfNull(halt);
        if (halt.Scope.Kind == ScopeKind.All)
        {
            _halts[index] = halt;
        }
    }

    /// <summary>Decides again what a statement says was decided.</summary>
    /// <param name="recorded">What was decided.</param>
    /// <param name="index">Its entry.</param>
    public Replayed Replay(DecisionStatement recorded, long index)
    {
        ArgumentNullException.ThrowIfNull(recorded);
        if (recorded.Engine.Name != PermitTerms.EngineName || recorded.Engine.Semantics != PermitTerms.EngineSemantics)
        {
            return Missing($"engine {recorded.Engine.Name} {recorded.Engine.Semantics} is not this one, {PermitTerms.EngineName} {PermitTerms.EngineSemantics}");
        }

        if (!_snapshots.TryGetValue(recorded.Snapshot, out var found))
        {
            return Missing($"the activation of snapshot {recorded.Snapshot} is not here");
        }

        if (found.Snapshot is not { } snapshot)
        {
            return Missing(found.Error!);
        }

        if (!TryOpen(recorded, "request", out var request, out var missing) || !TryOpen(recorded, "context", out var context, out missing))
        {
            return Missing(missing);
        }

        return RecordedInputs.TryRead(recorded, request, context, out var inputs, out var error) ? Compare(recorded, inputs, snapshot, IsHalted(index)) : Missing(error);
    }

    private bool TryOpen(DecisionStatement recorded, string role, out JsonValue content, out string missing)
    {
        (content, missing) = (JsonValue.Null, $"it has no sealed {role}");
        if (recorded.Sealed.FirstOrDefault(s => s.Role == role) is not { } reference)
        {
            return false;
        }

        missing = $"{role} {reference.Plain} is not opened here, or was erased";
        if (blobs(reference.Plain) is not { } bytes || Digest.Of(bytes.Span) != reference.Plain)
        {
            return false;
        }

        missing = $"{role} {reference.Plain} is not written as this version writes it";
        if (!SealedContent.TryParse(role, bytes.Span, out var opened, out _))
        {
            return false;
        }

        content = opened.Value;
        return true;
    }

    private bool IsHalted(long index) => _halts.LastOrDefault(h => h.Key < index).Value is { IsLift: false };

    private static Replayed Compare(DecisionStatement recorded, RecordedInputs inputs, Snapshot snapshot, bool isHalted)
    {
        var wasHalted = recorded.Reason == DenyReason.Halted.ToCode();
        if (wasHalted && !isHalted)
        {
            return Missing("a halt refused it, and no halt of everything stands here before it: whom another halt is of is hidden");
        }

        if (recorded.Reason == DenyReason.Revoked.ToCode() && snapshot.Revocations.Count > 0)
        {
            return Missing("a revocation refused it, and revocations name nobody without the tenant's pepper");
        }

        var identified = inputs.Identify();
        (EntityStore Store, Request Request)? asked = null;
        var decided = Decided.Authorizer.Decide(identified, snapshot, Freshness.Unknown, inputs.Now, null, (store, request) => asked = (store, request));
        decided = wasHalted ? decided.Stopped(DenyReason.Halted) : decided;
        var differences = new List<string>();
        void Same(string what, string was, string now)
        {
            if (was != now)
            {
                differences.Add($"{what} recorded {was}, now {now}");
            }
        }

        if (inputs.KnownTo(snapshot) is { } stranger)
        {
            differences.Add(stranger);
        }

        var decision = decided.Decision;
        Same("decision", recorded.Decision, decision.IsAllowed ? DecisionStatement.Allow : DecisionStatement.Deny);
        Same("reason", recorded.Reason ?? "none", decision.IsAllowed ? "none" : decision.Reason.ToCode());
        Same("policies", Words(recorded.Policies), Words(decision.Policies.Select(p => p.ToString())));
        Same("errors", Words(recorded.Errors.Select(e => $"{e.Policy}:{e.Code}")), Words(decision.Errors.Select(e => $"{e.Policy}:{e.Code}")));
        Same("class", recorded.Request.Class, decided.Class);
        Same("action", recorded.Request.Action, inputs.Request.Action.WireAction);
        Same("identity", recorded.Identity.State, identified.State);
        Same("law read", recorded.Read.Law?.ToHex() ?? "none", decided.ReadsLaw ? snapshot.Law.Digest.ToHex() : "none");
        Same("trust read", recorded.Read.Trust?.ToHex() ?? "none", snapshot.Trust.Digest.ToHex());
        Same("revocations read", recorded.Read.Revocations?.ToHex() ?? "none", snapshot.Revocations.Digest.ToHex());
        Same("detail", inputs.Detail ?? "none", decision.Detail ?? "none");
        Same("missing", Words(inputs.Missing), Words(decision.Missing));
        var question = asked is { } a ? (snapshot.World.Law, a.Store, a.Request, inputs.Now) : ((Law, EntityStore, Request, DateTimeOffset)?)null;
        return differences.Count == 0
            ? new Replayed(ReplayVerdict.Same, recorded.Decision == DecisionStatement.Allow ? $"allow by {Words(recorded.Policies)}" : $"deny, {recorded.Reason}", question)
            : new Replayed(ReplayVerdict.Differs, string.Join("; ", differences), question);
    }

    private static string Words(IEnumerable<string> words) => $"[{string.Join(", ", words)}]";

    private static Replayed Missing(string what) => new(ReplayVerdict.NotReplayable, what);
}
