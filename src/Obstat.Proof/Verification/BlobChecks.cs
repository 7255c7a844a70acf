using System.Collections.Immutable;
using Obstat.Proof.Bundles;
using Obstat.Proof.Sealing;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Verification;

/// <summary>V12: an opened text is the one that was sealed, and an opened request is the action that the permit is for.</summary>
internal static class BlobChecks
{
    public static void Run(EvidenceBundle bundle, ImmutableArray<CheckedEntry> entries, Findings findings)
    {
        var named = new Dictionary<string, (CheckedEntry Entry, SealedReference Blob)>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            foreach (var reference in SealedBy(entry.Statement))
            {
                _ = named.TryAdd(reference.Plain.ToHex(), (entry, reference));
            }
        }

        foreach (var (plain, bytes) in bundle.Blobs)
        {
            var path = $"blobs/{plain}.json";
            var digest = Digest.Of(bytes.Span).ToHex();
            if (digest != plain || !named.TryGetValue(plain, out var owner))
            {
                findings.Failed(CheckIds.Blobs, digest != plain ? $"{path}: has digest {digest}" : $"{path}: no statement here names it");
                continue;
            }

            CheckBlob(path, bytes.Span, owner.Entry, owner.Blob, findings);
        }

        if (findings.Count(CheckIds.Blobs) == 0)
        {
            findings.NotAsked(CheckIds.Blobs, named.Count > 0 ? $"{named.Count} blobs stayed sealed, none was opened in this file" : "nothing is sealed here");
        }
    }

    private static void CheckBlob(string path, ReadOnlySpan<byte> bytes, CheckedEntry entry, SealedReference blob, Findings findings)
    {
        if (!SealedContent.TryParse(blob.Role, bytes, out var content, out var error))
        {
            findings.Failed(CheckIds.Blobs, $"{path}: {error}", entry.Index);
        }
        else if (blob.Role != "request")
        {
            findings.Verified(CheckIds.Blobs, $"entry {entry.Index}: {blob.Role} opened", entry.Index);
        }
        else
        {
            var hash = Digest.Of(content.Value["action"]!).ToBase64Url();
            var permitted = entry.Permit?.Action.ActHash.ToBase64Url();
            _ = findings.Claim(CheckIds.Blobs, entry.Index,
                permitted is null ? $"entry {entry.Index}: request opened, act_hash {hash}" : $"entry {entry.Index}: request opened, its action is the one that the permit names (act_hash {hash})",
                permitted is null || permitted == hash ? null : $"{path}: act_hash {hash}, the permit is for {permitted}");
        }
    }

    private static ImmutableArray<SealedReference> SealedBy(Statement? statement) => statement switch
    {
        DecisionStatement decision => decision.Sealed,
        OutcomeStatement outcome => outcome.Sealed,
        _ => [],
    };
}
