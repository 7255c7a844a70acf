using System.Collections.Immutable;
using System.Text;
using Obstat.Cedar;
using Obstat.Cedar.Syntax;
using Obstat.Console.Api;
using Obstat.Core.Decisions;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;
using Obstat.Storage.Indexing;

namespace Obstat.Server.Faces;

/// <summary>The law in force, how often each policy determined something, and what came before.</summary>
internal sealed class PoliciesFace(FaceSources plane)
{
    private const int ActivationsMax = 50;
    private static readonly TimeSpan HitsOf = TimeSpan.FromDays(30);

    /// <summary>All of it.</summary>
    public PoliciesView Show(Desk desk)
    {
        var snapshot = plane.Snapshots.Current.Snapshot;
        var law = snapshot.Law;
        var hits = Hits(desk);
        return new PoliciesView
        {
            Refusing = law.IsInForce ? null : law.Reason.ToCode(),
            Snapshot = law.IsInForce ? snapshot.Digest.ToHex() : null,
            Digest = law.IsInForce ? law.PolicyDigest.ToHex() : null,
            Policies = [.. law.Policies.Policies.Select(p => View(law, p, hits)).OrderBy(p => p.File, StringComparer.Ordinal).ThenBy(p => p.Line)],
            Files = [.. law.Files.Select(f => new PolicyFileView(f.Path, Encoding.UTF8.GetString(f.Bytes.AsSpan())))],
            Findings = Findings(law.Findings),
            Rejected = Findings(plane.Snapshots.Rejected),
            History = [.. desk.Index.Events(PolicyActivationStatement.TypeName, null, ActivationsMax).Select(i => ReadEntry.Of(desk, i)).Select(Activation).OfType<ActivationView>()],
        };
    }

    /// <summary>Policies that determined a decision: those that stand in the law in force, and the ids of those that do not.</summary>
    public (ImmutableArray<PolicyView> Now, ImmutableArray<string> Past) Determining(Desk desk, ImmutableArray<string> ids)
    {
        if (ids.IsEmpty)
        {
            return ([], []);
        }

        var law = plane.Snapshots.Current.Snapshot.Law;
        var hits = Hits(desk);
        var found = ids.Select(id => law.Policies.TryGet(id, out var policy) ? policy : null).OfType<Policy>().ToArray();
        return ([.. found.Select(p => View(law, p, hits))], [.. ids.Except(found.Select(p => p.Id))]);
    }

    private Dictionary<string, PolicyHits> Hits(Desk desk) => desk.Index.Hits(plane.Clock.GetUtcNow() - HitsOf).ToDictionary(h => h.Policy, StringComparer.Ordinal);

    private static PolicyView View(Law law, Policy policy, Dictionary<string, PolicyHits> hits)
    {
        var file = law.FileOf(policy);
        var text = file is null ? "" : Encoding.UTF8.GetString(file.Bytes.AsSpan());
        var hit = hits.GetValueOrDefault(policy.Id);
        return new PolicyView(
            policy.Id,
            policy.Effect == Effect.Permit ? "permit" : "forbid",
            policy.AnnotationOf("title"),
            policy.AnnotationOf("owner"),
            policy.AnnotationOf("agent_message"),
            policy.AnnotationOf("expires"),
            file?.Path ?? "",
            file is null ? 0 : policy.Span.Locate(text).Line,
            policy.Span.End <= text.Length ? text.Substring(policy.Span.Start, policy.Span.Length) : policy.ToText(),
            hit?.Allows ?? 0,
            hit?.Denials ?? 0);
    }

    private static ActivationView? Activation(ReadEntry read) => read is { Written.Statement: PolicyActivationStatement activation, Proof.State: not ProofState.Failed }
        ? new(read.Index, activation.Time.Time, activation.Snapshot.Digest.ToHex(), activation.Snapshot.Law.Digest.ToHex(), activation.Changed, activation.By)
        : new(read.Index, read.Written?.Statement.Time.Time ?? DateTimeOffset.UnixEpoch, "", null, [], "not what was signed");

    private static ImmutableArray<FindingView> Findings(ImmutableArray<LawFinding> findings)
        => [.. findings.Take(1_000).Select(f => new FindingView(f.Path.Length == 0 ? null : f.Path, f.Line, f.Column, f.Code, f.Refuses, f.Message))];
}
