using System.Buffers.Binary;
using System.Text;
using Obstat.Proof.Statements;
using Obstat.Proof.Verification;

namespace Obstat.Core.Replays;

/// <summary>The link between a log that goes on and the one that ended before it, for whoever has both as exported.</summary>
public static class Succession
{
    private const string FirstBundle = "statement/000";

    /// <summary>The genesis of a log that goes on from another one; null for any other, and where no statements are.</summary>
    public static GenesisStatement? GenesisOf(IExportedLog log)
    {
        ArgumentNullException.ThrowIfNull(log);
        return First(log) is { Predecessor: not null } genesis ? genesis : null;
    }

    /// <summary>
    /// Audits the log that ended, under its own first key: what makes it believed is that its entries lead to the head which the genesis names. It must have ended with that head, have named the first key of the log that goes on,
    /// and have had the state that is carried. Says what does not fit, or null.
    /// </summary>
    /// <param name="ended">The log that ended, as exported.</param>
    /// <param name="genesis">The genesis of the log that goes on.</param>
    /// <param name="withSignatures">Whether statement signatures are verified.</param>
    /// <param name="fold">Folds the log that ended; afterwards it has what is carried.</param>
    /// <param name="progress">Is told how many entries of how many were read.</param>
    /// <param name="cancellation">Gives it up.</param>
    public static string? Audit(IExportedLog ended, GenesisStatement genesis, bool withSignatures, StateReplay fold, Action<long, long> progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(genesis);
        ArgumentNullException.ThrowIfNull(fold);
        if (genesis.Predecessor is not { } before || First(ended) is not { } first || first.Origin != before.Origin)
        {
            return $"expected the statements of {genesis.Predecessor?.Origin}, from which {genesis.Origin} goes on";
        }

        var report = ExportedLogAudit.Run(ended, Trust.InLog(first.HeadKey), [("the genesis that goes on from it", Encoding.UTF8.GetBytes(before.Checkpoint))], withSignatures, fold.Apply, progress, cancellation);
        return report.Result == VerifyResult.Failed ? report.Findings[0].Detail
            : fold.Successor?.Equals(genesis.HeadKey) != true ? $"expected the end of {before.Origin}, which names {genesis.HeadKey}, got {fold.Successor?.ToString() ?? "a log that goes on"}"
            : report.Size != before.Index + 1 ? $"expected the end of {before.Origin} at entry {before.Index}, got it at {report.Size - 1}"
            : fold.Digest != genesis.State ? $"expected the state {genesis.State} to be carried, got {fold.Digest}"
            : null;
    }

    private static GenesisStatement? First(IExportedLog log)
    {
        ArgumentNullException.ThrowIfNull(log);
        if (log.Paths.FirstOrDefault(path => path == FirstBundle || path.StartsWith(FirstBundle + ".p/", StringComparison.Ordinal)) is not { } path)
        {
            return null;
        }

        var bundle = log.Read(path).Span;
        return bundle.Length >= 4 && BinaryPrimitives.ReadInt32BigEndian(bundle) is >= 0 and var length && bundle.Length - 4 >= length && Statement.TryParse(bundle.Slice(4, length), out var statement, out _)
            ? statement as GenesisStatement
            : null;
    }
}
