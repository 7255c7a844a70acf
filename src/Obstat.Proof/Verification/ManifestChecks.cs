using System.Collections.Immutable;
using Obstat.Proof.Bundles;

namespace Obstat.Proof.Verification;

/// <summary>V01: the manifest has no member that signed content does not determine, and the convenience copies are what the entries give.</summary>
internal static class ManifestChecks
{
    public static void Run(EvidenceBundle bundle, ImmutableArray<CheckedEntry> entries, Trust trust, Findings findings)
    {
        var statements = entries.Where(e => e.Statement is not null).Select(e => (e.Index, Statement: e.Statement!)).ToArray();
        string? copies = null;
        if (statements.Length == entries.Length && entries.Length > 0)
        {
            var newest = statements.Max(s => s.Statement.Time);
            copies = bundle.Created == newest ? null : $"manifest.json: created must be {newest}, the time of the newest entry, got {bundle.Created}";
            copies ??= Differs(bundle, BundlePaths.Keys, AnnouncedKeysFile.Of(statements).ToCanonicalBytes());

            // The copy is of the log's own key; whether that is a key to believe is another check.
            if (trust.Logs.FirstOrDefault(l => l.Name == bundle.Origin) is { } log)
            {
                copies ??= Differs(bundle, BundlePaths.TrustedRoot, TrustedRoot.Of(log, BundleWriter.Start(statements.Select(s => s.Statement))).ToCanonicalBytes());
            }
        }

        _ = findings.Claim(CheckIds.Container, null, $"{bundle.Files.Count} files, {entries.Length} entries, every digest fits", entries.IsEmpty ? "expected at least one entry" : null, copies);
    }

    private static string? Differs(EvidenceBundle bundle, string path, byte[] expected)
        => bundle.Files.TryGetValue(path, out var bytes) && !bytes.Span.SequenceEqual(expected) ? $"{path}: not what the entries give" : null;
}
