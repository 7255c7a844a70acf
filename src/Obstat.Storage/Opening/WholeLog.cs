using Microsoft.Data.Sqlite;
using Obstat.Core.Records;
using Obstat.Proof;
using Obstat.Proof.Merkle;
using Obstat.Proof.Notes;
using Obstat.Proof.Sealing;
using Obstat.Proof.Statements;
using Obstat.Storage.Databases;
using Obstat.Storage.Reading;

namespace Obstat.Storage.Opening;

/// <summary>
/// Reads a whole ledger before anything is signed: every bit of every row takes part in a hash, a signature or a comparison. Leaves and statements lead to the root of the head row and of every
/// published head; tiles, fold, epoch and blobs follow from them. The first thing that does not fit is named, and the ledger stays closed; nothing is repaired.
/// </summary>
internal sealed class WholeLog
{
    private readonly SqliteConnection _connection;
    private readonly string _origin;
    private readonly HashSet<Digest> _blobs = [];
    private readonly Queue<(TileAddress Address, byte[] Hashes)> _stored = new();

    private WholeLog(SqliteConnection connection, string origin) => (_connection, _origin) = (connection, origin);

    /// <summary>Reads all rows. Throws <see cref="LedgerUnavailableException"/> naming the row that does not fit.</summary>
    /// <param name="connection">The ledger.</param>
    /// <param name="signer">The keys that sign its heads.</param>
    /// <param name="remembered">Heads that others kept: none may be larger than the ledger or contradict it.</param>
    internal static OpenedLog Read(SqliteConnection connection, HeadSigner signer, IReadOnlyList<(string Source, byte[] Note)> remembered)
    {
        var log = new WholeLog(connection, signer.Origin);
        var heads = KnownHeads.Read(connection, signer.Origin, remembered, 0);
        log.ReadBlobs(connection);
        log.ReadMonths();
        log.ReadSnapshots();
        log.ReadTiles();
        var replaying = new Replaying(connection, signer.Origin, heads, log._blobs.Contains, log.Tile);
        replaying.From(log.Begin(), new(), MerkleEdge.Empty);
        replaying.Read();
        if (log._stored.TryDequeue(out var extra))
        {
            throw new LedgerUnavailableException($"tile {Expect.Digits(extra.Address.Level)}/{Expect.Digits(extra.Address.N)}: expected none at size {Expect.Digits(replaying.State.Size)}");
        }

        heads.Reach(replaying.State.Size);
        var epoch = HeadRow.Compare(connection, signer, replaying.State, replaying.Edge);
        return new(replaying.State, replaying.Edge, replaying.Tiles, epoch, replaying.HeadEdge);
    }

    /// <summary>The fold before the first entry: of a log that goes on from another one the rows that its genesis names, which stand here as a snapshot.</summary>
    private LedgerState Begin()
    {
        var first = (byte[]?)Database.Scalar(_connection, "SELECT statement FROM entry WHERE idx = 0");
        if (first is null || !Statement.TryParse(first, out var statement, out _) || statement is not GenesisStatement { Cause: "rotation" } genesis)
        {
            return LedgerState.Empty; // what the first entry lacks is told when it is read
        }

        using var find = Database.Prepare(_connection, "SELECT bytes FROM snapshot WHERE digest = $1", 1);
        var holds = CarriedState.TryRead(genesis.State, Bytes, out var parts, out var error);
        Expect.That(holds, "entry 0", $"the state that it carries over, {genesis.State}", error ?? "another");
        return LedgerState.Continuing(parts!);

        byte[]? Bytes(Digest digest)
        {
            find.Parameters[0].Value = digest.ToArray();
            return find.ExecuteScalar() as byte[];
        }
    }

    private void ReadMonths()
    {
        foreach (var path in File.Exists(_connection.DataSource) ? BlobFiles.In(Path.GetDirectoryName(_connection.DataSource)!) : [])
        {
            using var month = Database.OpenReader(path);
            ReadBlobs(month);
        }
    }

    private void ReadBlobs(SqliteConnection connection)
    {
        using var command = Database.Prepare(connection, "SELECT cipher, scope, bytes FROM blob", 0);
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            var (cipher, scope, bytes) = (Expect.Blob(rows, 0), Expect.Blob(rows, 1), Expect.Blob(rows, 2));
            var digest = Digest.Of(bytes);
            var source = $"blob {Convert.ToHexStringLower(cipher)}";
            Expect.That(digest.ToArray().AsSpan().SequenceEqual(cipher), source, "bytes of that digest", digest.ToString());
            Expect.That(SealedBlob.TryScope(bytes, out var own) && own.SequenceEqual(scope), source, "the scope of its bytes", Convert.ToHexStringLower(scope));
            _ = _blobs.Add(digest);
        }
    }

    private void ReadSnapshots()
    {
        using var command = Database.Prepare(_connection, "SELECT digest, bytes FROM snapshot", 0);
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            var digest = Expect.Blob(rows, 0);
            var found = Digest.Of(Expect.Blob(rows, 1));
            Expect.That(found.ToArray().AsSpan().SequenceEqual(digest), $"snapshot {Convert.ToHexStringLower(digest)}", "bytes of that digest", found.ToString());
        }
    }

    private void ReadTiles()
    {
        // In the order in which growth fills them: a tile of a level is full when the last tile of the level below is.
        using var command = Database.Prepare(_connection, "SELECT CAST(origin AS BLOB), level, n, hashes FROM tile", 0);
        using var rows = command.ExecuteReader();
        var found = new List<(TileAddress Address, byte[] Hashes)>();
        while (rows.Read())
        {
            var (level, n) = (rows.GetInt64(1), rows.GetInt64(2));
            var source = $"tile {Expect.Digits(level)}/{Expect.Digits(n)}";
            Expect.Origin(source, Expect.Blob(rows, 0), _origin);
            Expect.That(level is >= 0 and <= TileAddress.LevelMax && n is >= 0 and < 1L << 54, source, "a level from 0 to 7 and a number from 0", "another");
            found.Add((new((int)level, n, TileAddress.WidthFull), Expect.Blob(rows, 3)));
        }

        foreach (var tile in found.OrderBy(t => t.Address.Level > 6 ? long.MaxValue : (t.Address.N + 1) << (8 * t.Address.Level)).ThenBy(t => t.Address.Level))
        {
            _stored.Enqueue(tile);
        }
    }

    private void Tile(TileAddress address, byte[] hashes)
    {
        var source = $"tile {Expect.Digits(address.Level)}/{Expect.Digits(address.N)}";
        var found = _stored.TryDequeue(out var stored);
        Expect.That(found && stored.Address == address && stored.Hashes.AsSpan().SequenceEqual(hashes), source, "the hashes of its entries",
            found ? $"tile {Expect.Digits(stored.Address.Level)}/{Expect.Digits(stored.Address.N)} or other hashes" : "none");
    }
}
