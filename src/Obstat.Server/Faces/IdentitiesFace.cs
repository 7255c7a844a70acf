using System.Collections.Immutable;
using Obstat.Console.Api;
using Obstat.Core.Identities;
using Obstat.Proof.Jws;
using Obstat.Proof.Leases;
using Obstat.Proof.Statements;
using Obstat.Storage.Indexing;

namespace Obstat.Server.Faces;

/// <summary>Who may act, whose word is taken, and who is revoked.</summary>
internal sealed class IdentitiesFace(FaceSources plane, Standing standing)
{
    private const int RevokedMax = 200;

    /// <summary>All of it.</summary>
    public IdentitiesView Show(Desk desk)
    {
        var current = plane.Snapshots.Current;
        var (trust, revocations, now) = (current.Snapshot.Trust, current.Snapshot.Revocations, plane.Clock.GetUtcNow());
        return new IdentitiesView(
            [.. trust.Identities.Values.OrderBy(i => i.Name, StringComparer.Ordinal).Select(i => View(desk, i, revocations))],
            [
                .. trust.Issuers.Values.Select(i => new IssuerView(
                    i.Url, i.Keys.Keys.Length, current.Freshness.AgeOf(i.Url, now), i.StaleAfter.TotalSeconds, current.Freshness.IsStale(i, now) ? "its keys are too old, or were never read: its tokens are refused" : null)),
            ],
            standing.Points,
            Revoked(desk, trust, revocations));
    }

    private IdentityView View(Desk desk, EnrolledIdentity identity, Revocations revocations)
    {
        var pseudonym = plane.Vault.FindPseudonym(identity.Subject);
        var key = identity.Jwk is { } jwk && JwsKey.TryImport(jwk, KeyRole.Identity, out var read, out _) ? read.Thumbprint : null;
        var (allows, denials) = pseudonym is null ? (0, 0) : desk.Index.CountOf(DecisionFacet.Principal, pseudonym);
        return new IdentityView(
            identity.Name, identity.Subject, pseudonym ?? "", key, identity.Uid,
            revocations.Holds(new Scope(ScopeKind.Principal, identity.Subject)) || (key is not null && revocations.Holds(new Scope(ScopeKind.Key, key))), allows, denials);
    }

    /// <summary>The ledger names what is revoked by keyed digests: those of names that are known here are told by name.</summary>
    private ImmutableArray<string> Revoked(Desk desk, Trust trust, Revocations revocations)
    {
        if (revocations.Count == 0)
        {
            return [];
        }

        var known = trust.Identities.Values.Select(i => new Scope(ScopeKind.Principal, i.Subject))
            .Concat(trust.Servers.Values.SelectMany(s => s.Tools.Keys.Select(t => new Scope(ScopeKind.Tool, $"{s.Name}/{t}")).Prepend(new Scope(ScopeKind.Tool, s.Name))))
            .Concat(plane.Ledger.State.Points.Keys.Select(p => new Scope(ScopeKind.EnforcementPoint, p)))
            .ToDictionary(scope => StopTarget.Of(scope, plane.Vault.Pepper.Span));
        return
        [
            .. desk.Index.Events(RevocationStatement.TypeName, null, RevokedMax)
                .Select(i => ReadEntry.Of(desk, i).Written?.Statement)
                .OfType<RevocationStatement>()
                .Select(r => known.TryGetValue(r.Target, out var scope) ? scope.ToString() : $"{Scope.Word(r.Target.Kind)} #{r.Target.Match.ToHex()[..8]}")
                .Distinct(StringComparer.Ordinal),
        ];
    }
}
