using System.Text;
using Obstat.Proof.Bundles;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;
using Obstat.Proof.Verification;
using Obstat.Settings;

namespace Obstat.Cli.Demo;

/// <summary>Copies of the evidence in which one byte is another: who reads one names the entry.</summary>
internal sealed class ChangedCopies(Stage stage)
{
    private byte[]? _bundle;

    /// <summary>One byte of a bundle of the whole ledger is another.</summary>
    public async Task<Played> BundleAsync()
    {
        _bundle = await stage.ExportAsync(0).ConfigureAwait(false);
        await File.WriteAllBytesAsync(stage.In("bundle.zip"), _bundle).ConfigureAwait(false);
        var whole = BundleVerifier.Verify(_bundle, stage.Trust);
        if (whole.Result != VerifyResult.Verified)
        {
            return Played.Nothing($"the unchanged bundle: {Evidence.Worst(whole)}");
        }

        var changed = (byte[])_bundle.Clone();
        var (index, at) = Find(changed);
        changed[at] ^= 1;
        var report = BundleVerifier.Verify(changed, stage.Trust);
        return report.Result != VerifyResult.Failed ? Played.Nothing($"verify {report.Result}")
            : Evidence.Worst(report).Contains(FormattableString.Invariant($"entries/{index}."), StringComparison.Ordinal) ? new Played("verify FAILED", [], index)
            : Played.Nothing($"verify FAILED without the entry: {Evidence.Worst(report)}");
    }

    /// <summary>One byte of a copy of the ledger is another, and a plane is started on it.</summary>
    public async Task<Played> LedgerAsync()
    {
        await stage.StopGatewayAsync().ConfigureAwait(false);
        await stage.StopPlaneAsync().ConfigureAwait(false);
        var copy = stage.In("copy");
        Copy(stage.Settings.Paths.Data, Path.Combine(copy, ".obstat"));
        Copy(stage.Settings.Paths.Policies, Path.Combine(copy, "policies"));
        File.Copy(stage.Settings.File, Path.Combine(copy, Path.GetFileName(stage.Settings.File)));
        var ledger = Path.Combine(copy, ".obstat", "ledger", "ledger.db");
        var bytes = await File.ReadAllBytesAsync(ledger).ConfigureAwait(false);
        var (index, at) = Find(bytes);
        bytes[at] ^= 1;
        await File.WriteAllBytesAsync(ledger, bytes).ConfigureAwait(false);
        return await stage.TryPlaneOnAsync(copy).ConfigureAwait(false) is not { } end ? Played.Nothing("a plane serves the changed ledger")
            : end.Code != 0 && end.Said.Contains(nameof(DenyReason.LedgerUnavailable), StringComparison.Ordinal) && end.Said.Contains(FormattableString.Invariant($"entry {index}:"), StringComparison.Ordinal)
                ? new Played(nameof(DenyReason.LedgerUnavailable), [], index)
                : Played.Nothing(FormattableString.Invariant($"ended with {end.Code}: {end.Said.Split('\n')[0]}"));
    }

    /// <summary>A decision of the bundle and where in a file, the bundle's or the ledger's, a byte of its statement stands.</summary>
    private (long Index, int At) Find(byte[] file)
    {
        if (_bundle is null || !EvidenceBundle.TryParse(_bundle, out var bundle, out var error))
        {
            throw new DemoFailureException("there is no bundle to look up an entry in");
        }

        foreach (var entry in bundle.Entries.Where(e => Statement.TryParse(e.Statement.Span, out var s, out _) && s is DecisionStatement))
        {
            var nonce = Encoding.ASCII.GetBytes("\"nonce\":\"");
            var at = entry.Statement.Span.IndexOf(nonce);
            var found = at < 0 ? -1 : file.AsSpan().IndexOf(entry.Statement.Span.Slice(at, nonce.Length + 20));
            if (found >= 0)
            {
                return (entry.Index, found + nonce.Length);
            }
        }

        throw new DemoFailureException("no entry of the bundle was found in the file");
    }

    private static void Copy(string from, string to)
    {
        if (!PrivateFolder.Prepare(to, out var reason))
        {
            throw new DemoFailureException(reason);
        }

        foreach (var folder in Directory.GetDirectories(from))
        {
            Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
        }

        foreach (var file in Directory.GetFiles(from).Where(f => !f.EndsWith(".sock", StringComparison.Ordinal)))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }
}
