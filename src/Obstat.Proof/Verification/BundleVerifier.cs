using System.Collections.Immutable;
using Obstat.Proof.Bundles;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Verification;

/// <summary>
/// Verifies an evidence bundle, offline, from the trust that the caller brings: the sixteen checks, each with what was seen. It trusts nothing that the bundle says about itself,
/// reads no other file and asks no network.
/// </summary>
public static class BundleVerifier
{
    /// <summary>Verifies a bundle.</summary>
    /// <param name="zip">The container.</param>
    /// <param name="trust">What the caller believes.</param>
    /// <param name="replay">Decides a decision again (V14); null where nothing here can.</param>
    public static VerifyReport Verify(ReadOnlyMemory<byte> zip, Trust trust, Replayer? replay = null)
    {
        ArgumentNullException.ThrowIfNull(trust);
        var findings = new Findings();
        if (!EvidenceBundle.TryParse(zip, out var bundle, out var error))
        {
            findings.Failed(CheckIds.Container, error);
            foreach (var (id, _) in CheckIds.All.Skip(1))
            {
                findings.Lacking(id, "the evidence could not be read");
            }

            return new VerifyReport(findings.ToChecks(), null);
        }

        var entries = bundle.Entries.Select(e => new CheckedEntry(e)).ToImmutableArray();
        foreach (var entry in entries)
        {
            entry.Read(findings, bundle.Origin);
        }

        ManifestChecks.Run(bundle, entries, trust, findings);
        var keys = TakeKeys(entries, findings);
        foreach (var entry in entries)
        {
            EntryChecks.Run(entry, keys, trust, findings);
        }

        var heads = new HeadChecks(trust, findings);
        heads.Run(bundle, entries);
        PermitChecks.Run(bundle, entries, keys, findings);
        OrderChecks.Run(entries, findings);
        NumberChecks.Run(entries, findings);
        BlobChecks.Run(bundle, entries, findings);
        SnapshotChecks.Run(bundle, entries, findings);
        RunReplay(bundle, entries, replay, findings);
        HistoryChecks.Run(bundle, entries, heads.SizeMax, findings);
        return new VerifyReport(findings.ToChecks(), heads.EarliestCosigned is { } seconds ? Timestamp.FromUnixSeconds(seconds) : null);
    }

    private static KeyWindows TakeKeys(ImmutableArray<CheckedEntry> entries, Findings findings)
    {
        var keys = new KeyWindows();
        foreach (var entry in entries)
        {
            if (entry.Statement is not { } statement)
            {
                continue;
            }

            if (!keys.TryTake(entry.Index, statement, out var error, out var rootIsKnown))
            {
                findings.Failed(CheckIds.Signatures, error, entry.Index);
            }
            else if (!rootIsKnown)
            {
                findings.Lacking(CheckIds.Signatures, $"entry {entry.Index}: the genesis entry with root key {((KeySetStatement)statement).Root} is not in this file", entry.Index);
            }
        }

        return keys;
    }

    private static void RunReplay(EvidenceBundle bundle, ImmutableArray<CheckedEntry> entries, Replayer? replay, Findings findings)
    {
        if (replay is null)
        {
            findings.NotAsked(CheckIds.Replay, "nothing was decided again here");
            return;
        }

        foreach (var entry in entries)
        {
            if (entry.Statement is DecisionStatement decision)
            {
                var (status, detail) = replay(bundle, entry.Index, decision);
                switch (status)
                {
                    case CheckStatus.Verified:
                        findings.Verified(CheckIds.Replay, detail, entry.Index);
                        break;
                    case CheckStatus.Failed:
                        findings.Failed(CheckIds.Replay, detail, entry.Index);
                        break;
                    default:
                        findings.NotAsked(CheckIds.Replay, detail, entry.Index);
                        break;
                }
            }
        }

        if (findings.Count(CheckIds.Replay) == 0)
        {
            findings.NotAsked(CheckIds.Replay, "no decision here");
        }
    }
}
