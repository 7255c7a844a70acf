using System.Collections.Immutable;
using Obstat.Proof.Bundles;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Verification;

/// <summary>V13: a decision was made under a snapshot that an earlier entry activated, and read parts of that one. (An activation whose digest is not that of its parts is no statement.)</summary>
internal static class SnapshotChecks
{
    public static void Run(EvidenceBundle bundle, ImmutableArray<CheckedEntry> entries, Findings findings)
    {
        var activations = new Dictionary<Digest, (long Index, SnapshotDigests Snapshot)>();
        foreach (var entry in entries)
        {
            if (entry.Statement is PolicyActivationStatement activation)
            {
                _ = activations.TryAdd(activation.Snapshot.Digest, (entry.Index, activation.Snapshot));
                findings.Verified(CheckIds.Snapshots, $"entry {entry.Index}: snapshot {activation.Snapshot.Digest}", entry.Index);
            }
        }

        // The same snapshot may be activated again: in a part of a log the activation that counts may stand before the part.
        var isWhole = entries.Select((entry, at) => entry.Index == at).All(isNext => isNext);
        foreach (var entry in entries)
        {
            if (entry.Statement is DecisionStatement decision)
            {
                CheckDecision(entry.Index, decision, activations, isWhole, findings);
            }
        }

        foreach (var (name, bytes) in bundle.Snapshots)
        {
            var digest = Digest.Of(bytes.Span).ToHex();
            _ = findings.Claim(CheckIds.Snapshots, null, $"snapshot/{name}", digest == name ? null : $"snapshot/{name}: has digest {digest}");
        }

        if (findings.Count(CheckIds.Snapshots) == 0)
        {
            findings.NotAsked(CheckIds.Snapshots, "no decision here");
        }
    }

    private static void CheckDecision(long index, DecisionStatement decision, Dictionary<Digest, (long Index, SnapshotDigests Snapshot)> activations, bool isWhole, Findings findings)
    {
        if (!activations.TryGetValue(decision.Snapshot, out var activation) || (activation.Index > index && !isWhole))
        {
            findings.NotAsked(CheckIds.Snapshots, $"entry {index}: the activation of snapshot {decision.Snapshot} is not in this file", index);
            return;
        }

        var (read, parts) = (decision.Read, activation.Snapshot);
        _ = findings.Claim(CheckIds.Snapshots, index, $"entry {index}: decided under the snapshot of entry {activation.Index}",
            activation.Index < index ? null : $"entry {index}: decided under a snapshot that entry {activation.Index} activated later",
            Other(index, "law", read.Law, parts.Law.Digest),
            Other(index, "directory", read.Directory, parts.Directory),
            Other(index, "trust", read.Trust, parts.Trust),
            Other(index, "revocations", read.Revocations, parts.Revocations));
    }

    private static string? Other(long index, string part, Digest? read, Digest had) => read is null || read == had ? null : $"entry {index}: read {part} {read}, the snapshot has {had}";
}
