using Obstat.Proof.Bundles;
using Obstat.Proof.Statements;
using Obstat.Proof.Verification;

namespace Obstat.Core.Replays;

/// <summary>Decides the decisions of an evidence bundle again, from what is in the bundle.</summary>
public static class BundleReplay
{
    /// <summary>A replay that reads snapshots and opened blobs from a bundle.</summary>
    public static DecisionReplay Of(EvidenceBundle bundle)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        var parts = bundle.Snapshots.ToDictionary(s => s.Digest, s => s.Bytes, StringComparer.Ordinal);
        var blobs = bundle.Blobs.ToDictionary(b => b.Plain, b => b.Bytes, StringComparer.Ordinal);
        var replay = new DecisionReplay(
            digest => parts.TryGetValue(digest.ToHex(), out var part) ? part : null,
            plain => blobs.TryGetValue(plain.ToHex(), out var blob) ? blob : null);
        foreach (var entry in bundle.Entries)
        {
            _ = Statement.TryParse(entry.Statement.Span, out var statement, out _);
            if (statement is PolicyActivationStatement activation)
            {
                replay.Activated(activation);
            }
            else if (statement is HaltStatement halt)
            {
                replay.Halted(entry.Index, halt);
            }
        }

        return replay;
    }

    /// <summary>The check V14 of a verification: every decision of the bundle, decided again.</summary>
    public static Replayer Check()
    {
        (EvidenceBundle Bundle, DecisionReplay Replay)? last = null;
        return (bundle, index, decision) =>
        {
            last = last is { } known && ReferenceEquals(known.Bundle, bundle) ? known : (bundle, Of(bundle));
            var replayed = last.Value.Replay.Replay(decision, index);
            return replayed.Verdict switch
            {
                ReplayVerdict.Same => (CheckStatus.Verified, $"entry {index}: the same again, {replayed.Detail}"),
                ReplayVerdict.Differs => (CheckStatus.Failed, $"entry {index}: {replayed.Detail}"),
                _ => (CheckStatus.NotChecked, $"entry {index}: not replayable, {replayed.Detail}"),
            };
        };
    }
}
