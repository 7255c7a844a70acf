using Obstat.Proof.Bundles;
using Obstat.Proof.Dsse;
using Obstat.Proof.Merkle;

namespace Obstat.Proof.Verification;

/// <summary>V03, V04 and V05 of one entry: signature and role, leaf, inclusion.</summary>
internal static class EntryChecks
{
    public static void Run(CheckedEntry entry, KeyWindows keys, Trust trust, Findings findings)
    {
        if (entry.Envelope is { } envelope)
        {
            CheckSignature(entry, envelope, keys, findings);
            CheckLeaf(entry, envelope, trust, findings);
        }

        if (entry is { Proof: { } proof, Head: { } head })
        {
            _ = findings.Claim(CheckIds.Inclusion, entry.Index, $"entry {entry.Index} of {head.Size}: root {head.Root}",
                proof.Index == entry.Index ? null : $"entry {entry.Index}: its proof is for index {proof.Index}",
                InclusionProof.Verifies(entry.Index, head.Size, entry.LeafHash, proof.Path.AsSpan(), head.Root) ? null : $"entry {entry.Index}: its path does not lead to the root at size {head.Size}");
        }
    }

    private static void CheckSignature(CheckedEntry entry, Envelope envelope, KeyWindows keys, Findings findings)
    {
        var fault = !envelope.Payload.Span.SequenceEqual(entry.Files.Statement.Span) ? $"entry {entry.Index}: the envelope holds another statement"
            : entry.Leaf is null ? $"entry {entry.Index}: its leaf cannot be read, so its key is unknown"
            : !envelope.Verifies(entry.Leaf.Key) ? $"entry {entry.Index}: the signature does not fit statement and key"
            : null;
        if (fault is not null)
        {
            findings.Failed(CheckIds.Signatures, fault, entry.Index);
            return;
        }

        if (entry.Statement is not { } statement)
        {
            return; // V02 has failed: there is no type, so no role to check
        }

        var verdict = keys.Judge(entry.Leaf!.Key, statement, entry.Index);
        if (verdict.Unknown is not null)
        {
            findings.Lacking(CheckIds.Signatures, $"entry {entry.Index}: signature fits, but {verdict.Unknown}", entry.Index);
            return;
        }

        _ = findings.Claim(CheckIds.Signatures, entry.Index, $"entry {entry.Index}: {verdict.Window?.Role} key {entry.Leaf.Key.Kid}, announced by entry {verdict.Window?.From}",
            verdict.Error is null ? null : $"entry {entry.Index}: {verdict.Error}");
    }

    private static void CheckLeaf(CheckedEntry entry, Envelope envelope, Trust trust, Findings findings)
    {
        if (entry.Leaf is not { } leaf)
        {
            return; // reading it has failed
        }

        var expected = Pae.Digest(entry.Files.Statement.Span);
        _ = findings.Claim(CheckIds.Leaves, entry.Index, $"entry {entry.Index}: leaf hash {entry.LeafHash}",
            leaf.PaeDigest == expected ? null : $"entry {entry.Index}: the leaf holds digest {leaf.PaeDigest}, the statement has {expected}",
            leaf.Signature.Span.SequenceEqual(envelope.Signature.Span) ? null : $"entry {entry.Index}: the leaf holds another signature",
            Projection(entry, envelope, trust));
    }

    /// <summary>The Sigstore bundle must say what envelope, leaf and proof say, since other tools read it alone.</summary>
    private static string? Projection(CheckedEntry entry, Envelope envelope, Trust trust)
    {
        if (entry is not { Files.Sigstore: { } sigstore, Leaf: { } leaf, Proof: { } proof, Head: { } head } || !trust.Logs.Any(l => l.Name == head.Origin))
        {
            return null; // no projection, or no believed key of this log: then V06 has failed
        }

        return SigstoreBundle.Of(envelope, leaf, proof, head).ToCanonicalBytes().AsSpan().SequenceEqual(sigstore.Span) ? null : $"entry {entry.Index}: its Sigstore bundle says something else";
    }
}
