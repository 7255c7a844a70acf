using Microsoft.Data.Sqlite;
using Obstat.Proof.Dsse;
using Obstat.Proof.Leaves;
using Obstat.Proof.Merkle;
using Obstat.Storage.Databases;
using Obstat.Storage.Files;
using Obstat.Storage.Queries;
using Obstat.Storage.Reading;
using Obstat.Storage.Serving;

namespace Obstat.Storage.Opening;

/// <summary>
/// Makes everything again that follows from the entries: the stored tiles, the kept fold and the index of ends. Only if the entries lead to the head row and to every published head; entries themselves are never changed.
/// It needs no key: the fold is thrown away, and the next start reads the whole log and keeps another.
/// </summary>
public static class DerivedIndexes
{
    /// <summary>Rebuilds, under the lock of the folder: the plane must be away. Gives the entries read and the tiles that were missing, other, or too many. Throws <see cref="LedgerUnavailableException"/> naming what does not fit.</summary>
    /// <param name="folder">The folder of the ledger.</param>
    /// <param name="progress">Is told how many entries were read.</param>
    /// <param name="cancellation">Gives it up; then nothing was changed.</param>
    public static (long Entries, int Tiles) Rebuild(string folder, Action<long> progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(progress);
        LocalFolder.Prepare(folder);
        using var folderLock = FolderLock.Take(folder);
        using var log = PublishedLog.Open(folder);
        var path = Path.Combine(folder, "ledger.db");
        try
        {
            using var connection = Database.OpenWriter(path, erases: false);
            Schema.Prepare(connection, path, Schema.Ledger);
            var rebuilt = Rebuild(connection, log, progress, cancellation);
            DerivedFile.Delete(Path.Combine(folder, "state.db"));
            DerivedFile.Delete(Path.Combine(folder, EndIndex.FileName));
            return rebuilt;
        }
        catch (SqliteException e)
        {
            throw new LedgerUnavailableException($"{path}: {e.Message}", e);
        }
    }

    private static (long Entries, int Tiles) Rebuild(SqliteConnection connection, PublishedLog log, Action<long> progress, CancellationToken cancellation)
    {
        var size = HeadRow.Size(connection);
        var heads = KnownHeads.Read(connection, log.Origin, [], 0);
        heads.Reach(size);
        Database.Run(connection, "BEGIN IMMEDIATE");
        using var tiles = new StoredTiles(connection, log.Origin, log.Reader);
        var (edge, growth) = (MerkleEdge.Empty, new TileGrowth());
        foreach (var (leaf, statement) in log.Reader.Entries(0, size))
        {
            var source = $"entry {Expect.Digits(edge.Size)}";
            Expect.That(Leaf.TryReadDigest(leaf, out var digest) && digest == Pae.Digest(statement), source, "the statement of its leaf", "another");
            var hash = TreeHash.Leaf(leaf);
            edge = edge.Append(hash);
            growth.Append(hash, tiles.Put);
            if (heads.BySize.TryGetValue(edge.Size, out var head))
            {
                heads.Verify(head.Size, log.HeadKeys);
                Expect.That(head.Root == edge.Root, head.Source, $"root {edge.Root}", head.Root.ToString());
            }

            if (edge.Size % TileAddress.WidthFull == 0)
            {
                cancellation.ThrowIfCancellationRequested();
                progress(edge.Size);
            }
        }

        var root = (byte[]?)Database.Scalar(connection, "SELECT root FROM head") ?? [];
        Expect.That(root.AsSpan().SequenceEqual(edge.Root.ToArray()), "head", $"root {edge.Root}", Convert.ToHexStringLower(root));
        var changed = tiles.Finish(size);
        Database.Run(connection, "COMMIT");
        return (size, changed);
    }

    /// <summary>The table of tiles, brought to what the entries give.</summary>
    private sealed class StoredTiles(SqliteConnection connection, string origin, LedgerReader reader) : IDisposable
    {
        private readonly SqliteCommand _put = Database.Prepare(connection, "INSERT OR REPLACE INTO tile(origin, level, n, hashes) VALUES($1, $2, $3, $4)", 4);
        private readonly SqliteCommand _cut = Database.Prepare(connection, "DELETE FROM tile WHERE origin <> $1 OR level > $4 OR (level = $2 AND n >= $3)", 4);
        private int _changed;

        internal void Put(TileAddress address, byte[] hashes)
        {
            if (!reader.HasTile(address, hashes))
            {
                (_put.Parameters[0].Value, _put.Parameters[1].Value, _put.Parameters[2].Value, _put.Parameters[3].Value) = (origin, address.Level, address.N, hashes);
                _ = _put.ExecuteNonQuery();
                _changed++;
            }
        }

        internal int Finish(long size)
        {
            for (var level = 0; level <= TileAddress.LevelMax; level++)
            {
                var count = level == TileAddress.LevelMax ? 0 : size >> (8 * (level + 1));
                (_cut.Parameters[0].Value, _cut.Parameters[1].Value, _cut.Parameters[2].Value, _cut.Parameters[3].Value) = (origin, level, count, TileAddress.LevelMax);
                _changed += _cut.ExecuteNonQuery();
            }

            return _changed;
        }

        public void Dispose()
        {
            _put.Dispose();
            _cut.Dispose();
        }
    }
}
