using System.Collections.Immutable;
using System.Text;
using Obstat.Proof.Bundles;
using Obstat.Proof.Notes;

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
            copies ??= Differs(bundle, BundlePaths.Readme, Encoding.UTF8.GetBytes(BundleReadme.Text));
            copies ??= Differs(bundle, BundlePaths.Keys, AnnouncedKeysFile.Of(statements).ToCanonicalBytes());

            // The copy is of the log's own key; whether that is a key to believe is another check.
            if (trust.Logs.FirstOrDefault(l => l.Name == bundle.Origin) is { } log)
            {
                copies ??= PolicyOf(bundle, log);
                copies ??= Differs(bundle, BundlePaths.TrustedRoot, TrustedRoot.Of(log, statements).ToCanonicalBytes());
            }
        }

        _ = findings.Claim(CheckIds.Container, null, $"{bundle.Files.Count} files, {entries.Length} entries, every digest fits", entries.IsEmpty ? "expected at least one entry" : null, copies);
    }

    /// <summary>The copy of a policy names witnesses that nobody here has to believe, but it is one, and of this log.</summary>
    private static string? PolicyOf(EvidenceBundle bundle, VerifierKey log)
        => !bundle.Files.TryGetValue(BundlePaths.Policy, out var bytes) ? null
            : !TrustPolicy.TryParse(bytes.Span, out var policy, out var error) ? $"{BundlePaths.Policy}: {error}"
            : policy.Logs.Any(l => l.Equals(log)) ? null
            : $"{BundlePaths.Policy}: does not name the log key that you gave";

    private static string? Differs(EvidenceBundle bundle, string path, byte[] expected)
        => bundle.Files.TryGetValue(path, out var bytes) && !bytes.Span.SequenceEqual(expected) ? $"{path}: not what the entries give" : null;
}
