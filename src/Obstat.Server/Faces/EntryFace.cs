using System.Text;
using Obstat.Console.Api;
using Obstat.Proof;
using Obstat.Proof.Statements;

namespace Obstat.Server.Faces;

/// <summary>One entry of any type, with its proof and what belongs to it.</summary>
internal sealed class EntryFace(FaceSources plane, FaceRows rows, Sealed opened, PoliciesFace policies)
{
    private const int ActivationsLooked = 50;

    /// <summary>The entry; null beyond the end.</summary>
    public EntryView? Show(Desk desk, long index, Role role)
    {
        var size = plane.Ledger.State.Size;
        if (index >= size)
        {
            return null;
        }

        var read = ReadEntry.Of(desk, index);
        var decision = read.Written?.Statement as DecisionStatement;
        var (request, context) = decision is null ? (null, null) : (opened.Open(desk.Reader, decision, "request")?["action"], opened.Open(desk.Reader, decision, "context"));
        var (now, past) = decision is null ? ([], []) : policies.Determining(desk, decision.Policies);
        return new EntryView
        {
            Entry = index,
            Type = read.Written?.Statement.Type ?? "unreadable",
            Time = read.Written?.Statement.Time.Time ?? DateTimeOffset.UnixEpoch,
            Proof = read.Proof,
            Statement = read.Written is null ? "" : Encoding.UTF8.GetString(read.Written.Bytes.Span),
            StatementDigest = read.Written?.Digest.ToHex() ?? "",
            Decision = decision is null ? null : rows.Row(desk, read, role),
            Request = role.ReadsBodies() ? request?.ToString() : null,
            Context = role.ReadsBodies() ? context?.ToString() : null,
            Detail = context?["context"]?["detail"]?.AsString ?? context?["identity"]?["refusal"]?.AsString,
            Policies = now,
            PastPolicies = past,
            Snapshot = decision?.Snapshot.ToHex(),
            IsSnapshotInForce = decision is not null && decision.Snapshot == plane.Snapshots.Current.Snapshot.Digest,
            Chain = [.. Chain(desk, read).Where(i => i != index).Distinct().Order().Select(i => EntryWords.Link(ReadEntry.Of(desk, i), Jti(read)))],
            Entries = size,
        };
    }

    private IEnumerable<long> Chain(Desk desk, ReadEntry read) => read.Written?.Statement switch
    {
        DecisionStatement decision => Chain(desk, read.Index, decision),
        OutcomeStatement outcome => ChainOf(desk, outcome.Decision),
        OrphanedStatement orphan => ChainOf(desk, orphan.Decision),
        LeaseStatement lease => lease.Events.Take(20).Select(e => desk.Index.DecisionOf(e.Jti)).OfType<long>(),
        _ => [],
    };

    private IEnumerable<long> ChainOf(Desk desk, EntryReference reference)
        => reference.Index < plane.Ledger.State.Size && ReadEntry.Of(desk, reference.Index).Written?.Statement is DecisionStatement decision ? Chain(desk, reference.Index, decision) : [];

    private IEnumerable<long> Chain(Desk desk, long index, DecisionStatement decision)
    {
        if (plane.Ledger.State.Boots.TryGetValue(decision.Ep.Boot, out var boot))
        {
            yield return boot.Index.Value;
        }

        if (ActivationOf(desk, index, decision.Snapshot) is { } activation)
        {
            yield return activation;
        }

        if (decision.Request.Parent is { } parent)
        {
            foreach (var before in desk.Index.OfExecution(parent, 1))
            {
                yield return before;
            }
        }

        foreach (var other in desk.Index.OfExecution(decision.Request.Execution, 20))
        {
            yield return other;
        }

        foreach (var link in desk.Index.LinksOf(index))
        {
            yield return link;
        }
    }

    private static long? ActivationOf(Desk desk, long before, Digest snapshot)
        => desk.Index.Events(PolicyActivationStatement.TypeName, before, ActivationsLooked)
            .Select(i => (long?)i)
            .FirstOrDefault(i => ReadEntry.Of(desk, i!.Value).Written?.Statement is PolicyActivationStatement activation && activation.Snapshot.Digest == snapshot);

    private static string? Jti(ReadEntry read) => read.Written?.Statement switch
    {
        DecisionStatement decision => decision.Permit?.Jti,
        OutcomeStatement outcome => outcome.Jti,
        OrphanedStatement orphan => orphan.Jti,
        _ => null,
    };
}
