using System.Buffers;
using System.Globalization;
using Obstat.Proof.Dsse;
using Obstat.Proof.Leaves;
using Obstat.Proof.Merkle;
using Obstat.Proof.Notes;
using Obstat.Storage.Files;

namespace Obstat.Storage.Serving;

/// <summary>
/// A published log as a folder of static files (C2SP tlog-tiles) that any file server can show: tiles, entry bundles, statements where they are wanted, older checkpoints as <c>checkpoint.SIZE</c>, and
/// <c>checkpoint</c> last. Hashes come from the leaves that are written, not from stored tiles, and must lead to the checkpoint before it is shown. Each file is whole and on disk when its name appears and
/// never changes; one that is there with other bytes refuses.
/// </summary>
public sealed class LogFolder
{
    private readonly PublishedLog _log;
    private readonly string _folder;
    private readonly bool _withStatements;
    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);
    private readonly TileGrowth _tiles = new();
    private MerkleEdge _edge = MerkleEdge.Empty;

    private LogFolder(PublishedLog log, string folder, bool withStatements) => (_log, _folder, _withStatements) = (log, Path.GetFullPath(folder), withStatements);

    /// <summary>Brings a folder to the newest published checkpoint and gives that. Throws <see cref="LedgerUnavailableException"/> naming what does not fit.</summary>
    /// <param name="log">The log.</param>
    /// <param name="folder">A new folder, or one that was written before from the same log.</param>
    /// <param name="withStatements">Whether an auditor gets the statements too: what was decided, under pseudonyms.</param>
    /// <param name="progress">Is told how many entries are written.</param>
    /// <param name="cancellation">Gives it up; what was written stays and is right.</param>
    public static Checkpoint Write(PublishedLog log, string folder, bool withStatements, Action<long> progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(progress);
        var (head, note) = log.Newest() ?? throw new LedgerUnavailableException("nothing was published yet");
        new LogFolder(log, folder, withStatements).Write(head, note, progress, cancellation);
        return head;
    }

    private void Write(Checkpoint head, SignedNote note, Action<long> progress, CancellationToken cancellation)
    {
        Make(_folder);
        Resume(head);
        var next = _log.From(1);
        for (var first = 0L; first < head.Size; first += TileAddress.WidthFull)
        {
            cancellation.ThrowIfCancellationRequested();
            var width = (int)Math.Min(TileAddress.WidthFull, head.Size - first);
            WriteBundle(new(TileAddress.Entries, first / TileAddress.WidthFull, width), ref next);
            progress(first + width);
        }

        if (_edge.Root != head.Root)
        {
            throw new LedgerUnavailableException($"the entries to {Digits(head.Size)} have root {_edge.Root}, the checkpoint says {head.Root}");
        }

        for (var level = 0; level <= TileAddress.LevelMax; level++)
        {
            if (_tiles.Started(level) is { IsEmpty: false } started)
            {
                Put(new TileAddress(level, (head.Size >> (8 * level)) / TileAddress.WidthFull, started.Length / Proof.Digest.Length).ToString(), started.Span);
            }
        }

        foreach (var changed in _changed)
        {
            DurableFile.SyncFolder(changed);
        }

        DurableFile.Write(Path.Combine(_folder, "checkpoint"), note.Bytes.Span, readableByAll: true);
    }

    /// <summary>A folder that shows a head which this log does not lead to is not ours to write.</summary>
    private void Resume(Checkpoint head)
    {
        var path = Path.Combine(_folder, "checkpoint");
        if (!File.Exists(path))
        {
            return;
        }

        if (!SignedNote.TryParse(File.ReadAllBytes(path), out var note, out _) || !_log.TryOpen(note, out var shown, out _))
        {
            throw new LedgerUnavailableException($"{path}: expected a checkpoint of {_log.Origin}");
        }

        if (shown.Size > head.Size || (shown.Size > 0 && !ConsistencyProof.Verifies(shown.Size, shown.Root, head.Size, head.Root, _log.Reader.Consistency(shown.Size, head.Size))))
        {
            throw new LedgerUnavailableException($"{path} shows size {Digits(shown.Size)}, which the log of size {Digits(head.Size)} does not lead to: its tail was lost, or an old copy was restored");
        }
    }

    private void WriteBundle(TileAddress address, ref (Checkpoint Head, SignedNote Note)? next)
    {
        var first = address.N * TileAddress.WidthFull;
        var entries = new ArrayBufferWriter<byte>(address.Width * 512);
        var statements = new ArrayBufferWriter<byte>(address.Width * 1_024);
        foreach (var (leaf, statement) in _log.Reader.Entries(first, first + address.Width))
        {
            if (_withStatements && (!Leaf.TryReadDigest(leaf, out var digest) || digest != Pae.Digest(statement)))
            {
                throw new LedgerUnavailableException($"entry {Digits(_edge.Size)}: expected the statement of its leaf");
            }

            EntryBundle.Write(entries, leaf);
            if (_withStatements)
            {
                StatementBundle.Write(statements, statement);
            }

            var hash = TreeHash.Leaf(leaf);
            _edge = _edge.Append(hash);
            _tiles.Append(hash, (full, hashes) => Put(full.ToString(), hashes));
            while (next is { } older && older.Head.Size == _edge.Size)
            {
                if (older.Head.Root != _edge.Root)
                {
                    throw new LedgerUnavailableException($"published {Digits(older.Head.Size)}: expected root {_edge.Root}, got {older.Head.Root}");
                }

                Put("checkpoint." + Digits(older.Head.Size), older.Note.Bytes.Span);
                next = _log.From(older.Head.Size + 1);
            }
        }

        Put(address.ToString(), entries.WrittenSpan);
        if (_withStatements)
        {
            Put(StatementBundle.PathOf(address), statements.WrittenSpan);
        }
    }

    private void Put(string name, ReadOnlySpan<byte> bytes)
    {
        var path = Path.Combine(_folder, name);
        if (File.Exists(path))
        {
            if (!File.ReadAllBytes(path).AsSpan().SequenceEqual(bytes))
            {
                throw new LedgerUnavailableException($"{path}: expected the bytes that were written there before, and nothing else");
            }

            return;
        }

        var folder = Path.GetDirectoryName(path)!;
        Make(folder);
        DurableFile.WriteUnnamed(path, bytes, readableByAll: true);
        _ = _changed.Add(folder);
    }

    private void Make(string folder)
    {
        if (!Directory.Exists(folder))
        {
            if (Path.GetDirectoryName(folder) is { } parent)
            {
                Make(parent);
                _ = _changed.Add(parent);
            }

            _ = Directory.CreateDirectory(folder);
        }
    }

    private static string Digits(long value) => value.ToString(CultureInfo.InvariantCulture);
}
