using Obstat.Core.Replays;
using Obstat.Proof.Notes;
using Obstat.Proof.Verification;
using Obstat.Storage.Serving;

namespace Obstat.Storage.Tests;

/// <summary>An exported log in a folder.</summary>
/// <param name="folder">The folder.</param>
/// <param name="changed">The files in which one bit in the middle is another; none by default.</param>
internal sealed class ExportedFolder(string folder, Func<string, bool>? changed = null) : IExportedLog
{
    public IReadOnlyCollection<string> Paths { get; } = [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder, f))];

    public ReadOnlyMemory<byte> Read(string path)
    {
        var bytes = File.ReadAllBytes(Path.Combine(folder, path));
        if (changed?.Invoke(path) == true)
        {
            bytes[bytes.Length / 2] ^= 1;
        }

        return bytes;
    }

    /// <summary>Exports the ledger of a folder, with its statements.</summary>
    public static ExportedFolder Write(string ledger, string to)
    {
        using var log = PublishedLog.Open(ledger);
        _ = LogFolder.Write(log, to, withStatements: true, _ => { }, CancellationToken.None);
        return new(to);
    }

    /// <summary>What an audit says to whoever believes one head key.</summary>
    public AuditReport Audit(VerifierKey trusted, StateReplay? fold = null, bool withSignatures = true, params (string Source, ReadOnlyMemory<byte> Note)[] seen)
        => ExportedLogAudit.Run(this, Trust.InLog(trusted), seen, withSignatures, (fold ?? new StateReplay()).Apply, (_, _) => { }, CancellationToken.None);
}
