using System.Collections.Immutable;
using Obstat.Core;
using Obstat.Core.Decisions;
using Obstat.Core.Identities;
using Obstat.Core.Records;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;

namespace Obstat.Server.Sources;

/// <summary>
/// Puts snapshots in force: read, joined, recorded, and only then used. At the start whatever the folder holds comes into force, also a law that decides nothing; later a set that does not load
/// changes nothing. Safe for concurrent use; one activation at a time.
/// </summary>
internal sealed class Snapshots(string policyFolder, TrustFiles trust, ILedger ledger, ReadOnlyMemory<byte> pepper, TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private volatile InForce? _inForce;

    /// <summary>What decides now. Throws before the start.</summary>
    public InForce Current => _inForce ?? throw new InvalidOperationException("nothing is in force before the start");

    /// <summary>Another snapshot came into force: whatever read the one before may be decided otherwise now. Handlers are quick.</summary>
    public event Action? Moved;

    /// <summary>The break-glass in force; null where none is. Of this start alone.</summary>
    public EmergencyLaw? Emergency { get; private set; }

    /// <summary>Findings of the last reading that was not taken, or of the law that decides nothing; empty when all is well.</summary>
    public ImmutableArray<LawFinding> Rejected { get; private set; } = [];

    /// <summary>Reads all sources for the start.</summary>
    public Task<Activation> StartAsync(CancellationToken cancellation) => OneAsync(() => ActivateAsync("start", takesAnything: true, cancellation), cancellation);

    /// <summary>Reads all sources again, because an operator says so.</summary>
    public Task<Activation> ReadAgainAsync(string by, CancellationToken cancellation) => OneAsync(() => ActivateAsync(by, takesAnything: false, cancellation), cancellation);

    /// <summary>Reads the trust sources again, under the law in force: an issuer's new keys, and how old they are.</summary>
    public Task<Activation> RefreshAsync(CancellationToken cancellation) => OneAsync(
        () =>
        {
            var read = trust.Read(ledger.State, clock.GetUtcNow());
            return read.Findings.Any(f => f.Refuses)
                ? Task.FromResult(Kept(DenyReason.TrustStale, read.Findings))
                : PutAsync(Snapshot.Of(LawLoader.Load(Current.Snapshot.Law.Files), PrincipalDirectory.Empty, read.Trust, Revoked), read.Freshness, "refresh", read.Findings, cancellation);
        },
        cancellation);

    /// <summary>Something was revoked: what the ledger holds comes into force.</summary>
    public Task<Activation> RevokedAsync(string by) => OneAsync(
        () => PutAsync(Current.Snapshot.With(Revoked), Current.Freshness, by, [], CancellationToken.None), CancellationToken.None);

    /// <summary>Puts permits of a break-glass beside the law in force. Not recorded: not in force.</summary>
    public Task<Activation> EmergencyAsync(EmergencyLaw law, string by, string reason) => OneAsync(
        async () =>
        {
            var next = Beside(law);
            ImmutableArray<LawFinding> refusing = [.. next.Law.Findings.Where(f => f.Refuses)];
            var done = next.Law.IsInForce
                ? await PutAsync(next, Current.Freshness, by, refusing, CancellationToken.None, $"{EmergencyLaw.IdPrefix}: {reason}", Timestamp.From(law.Until))
                : Kept(DenyReason.PolicyInvalid, refusing);
            Emergency = done.Reason is null ? law : Emergency;
            return done;
        },
        CancellationToken.None);

    /// <summary>Takes the break-glass out of force again.</summary>
    public Task<Activation> EndEmergencyAsync(string by, string reason) => OneAsync(
        async () =>
        {
            var done = await PutAsync(Beside(null), Current.Freshness, by, [], CancellationToken.None, $"{EmergencyLaw.IdPrefix} ended: {reason}");
            // What remains may decide nothing, and is in force all the same where it was recorded.
            Emergency = done.Entry is null ? Emergency : null;
            return done;
        },
        CancellationToken.None);

    public void Dispose() => _one.Dispose();

    private Snapshot Beside(EmergencyLaw? law)
    {
        var files = Current.Snapshot.Law.Files.Where(f => f.Path != EmergencyLaw.Path);
        return Snapshot.Of(LawLoader.Load(law is null ? files : files.Append(law.File)), Current.Snapshot.Directory, Current.Snapshot.Trust, Revoked);
    }

    private Revocations Revoked => Revocations.Of(ledger.State.Revoked, pepper);

    private async Task<Activation> OneAsync(Func<Task<Activation>> activation, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            return await activation();
        }
        finally
        {
            _ = _one.Release();
        }
    }

    private async Task<Activation> ActivateAsync(string by, bool takesAnything, CancellationToken cancellation)
    {
        ImmutableArray<LawFile> files;
        try
        {
            files = LawFolder.Read(policyFolder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var finding = new LawFinding(policyFolder, 0, 0, "Unreadable", e.Message, true);
            if (!takesAnything)
            {
                Rejected = [finding];
                return Kept(DenyReason.PolicyInvalid, [finding]);
            }

            // At the start nothing is in force that could stay: an unreadable folder is one that decides nothing.
            files = [new LawFile("unreadable", [])];
        }

        if (Emergency is { } emergency)
        {
            if (files.Any(f => f.Path == EmergencyLaw.Path))
            {
                Rejected = [new LawFinding(EmergencyLaw.Path, 0, 0, "ReservedName", "a break-glass stands under this name: expected another, or its end first", true)];
                return Kept(DenyReason.PolicyInvalid, Rejected);
            }

            files = files.Add(emergency.File);
        }

        var read = trust.Read(ledger.State, clock.GetUtcNow());
        var snapshot = Snapshot.Of(LawLoader.Load(files), PrincipalDirectory.Empty, read.Trust, Revoked);
        ImmutableArray<LawFinding> findings = [.. snapshot.Law.Findings.Concat(read.Findings).OrderByDescending(f => f.Refuses)];
        var usable = snapshot.Law.IsInForce && !findings.Any(f => f.Refuses);
        Rejected = usable ? [] : findings;
        return usable || takesAnything
            ? await PutAsync(snapshot, read.Freshness, by, findings, cancellation)
            : Kept(snapshot.Law.IsInForce ? DenyReason.PolicyInvalid : snapshot.Law.Reason, findings);
    }

    private Activation Kept(DenyReason reason, ImmutableArray<LawFinding> findings)
        => new(reason, null, _inForce?.Snapshot.Digest, _inForce?.Snapshot.Law.Policies.Policies.Length ?? 0, findings);

    private async Task<Activation> PutAsync(Snapshot next, Freshness freshness, string by, ImmutableArray<LawFinding> findings, CancellationToken cancellation, string source = "policies", Timestamp? expires = null)
    {
        var reason = next.Law.IsInForce ? (DenyReason?)null : next.Law.Reason;
        var policies = next.Law.Policies.Policies.Length;
        if (ledger.State.Active?.Digest == next.Digest)
        {
            _inForce = new InForce(_inForce?.Snapshot is { } same && same.Digest == next.Digest ? same : next, freshness);
            return new Activation(reason, null, next.Digest, policies, findings);
        }

        var appended = await ledger.AppendAsync(Entry(next, by, source, expires), cancellation);
        return appended.Match(
            entry =>
            {
                _inForce = new InForce(next, freshness);
                Moved?.Invoke();
                return new Activation(reason, entry.Index.Value, next.Digest, policies, findings);
            },
            refused => Kept(refused, findings));
    }

    private static Draft Entry(Snapshot next, string by, string source, Timestamp? expires)
    {
        var digests = new SnapshotDigests(new LawDigests(next.Law.PolicyDigest, next.Law.SchemaDigest, next.Law.EntityDigest), next.Directory.Digest, next.Trust.Digest, next.Revocations.Digest);
        return Draft.OfPlane(
            place => Composition.Of(new PolicyActivationStatement
            {
                Nonce = place.Nonce,
                Origin = place.Origin,
                Time = place.Time,
                Clock = place.Clock,
                Plane = place.Plane,
                Snapshot = digests,
                Previous = place.State.Active?.Digest,
                Changed = Changed(place.State.Active?.Activation.Snapshot, digests),
                By = by,
                Approvals = [],
                Source = new ActivationSource(source, null, null),
                Expires = expires,
            }),
            snapshots:
            [
                new(next.Law.PolicyDigest, next.Law.PolicyBytes),
                new(next.Law.SchemaDigest, next.Law.SchemaBytes),
                new(next.Law.EntityDigest, next.Law.EntityBytes),
                new(next.Directory.Digest, next.Directory.Bytes),
                new(next.Trust.Digest, next.Trust.Bytes),
                new(next.Revocations.Digest, next.Revocations.Bytes),
            ]);
    }

    private static ImmutableArray<string> Changed(SnapshotDigests? before, SnapshotDigests now)
    {
        if (before is null)
        {
            return PolicyActivationStatement.AllParts;
        }

        var changed = ImmutableArray.CreateBuilder<string>();
        Add("directory", before.Directory != now.Directory);
        Add("law", before.Law.Digest != now.Law.Digest);
        Add("revocations", before.Revocations != now.Revocations);
        Add("trust", before.Trust != now.Trust);
        return changed.DrainToImmutable();

        void Add(string part, bool differs)
        {
            if (differs)
            {
                changed.Add(part);
            }
        }
    }
}
