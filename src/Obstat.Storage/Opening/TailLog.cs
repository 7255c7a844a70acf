using Microsoft.Data.Sqlite;
using Obstat.Core.Records;
using Obstat.Proof.Dsse;
using Obstat.Proof.Leaves;
using Obstat.Proof.Merkle;
using Obstat.Proof.Notes;
using Obstat.Proof.Statements;
using Obstat.Storage.Databases;
using Obstat.Storage.Reading;

namespace Obstat.Storage.Opening;

/// <summary>
/// Opens a ledger from its kept fold: what came after the fold is read and hashed as <see cref="WholeLog"/> does, what came before is bound to it by the tree. The kept fold itself is believed only with its seal, the
/// root of the tree and the digest of its <c>state</c> entry; in every other case the reason is given and the whole log is read.
/// </summary>
internal sealed class TailLog
{
    private readonly SqliteConnection _connection;
    private readonly LedgerReader _reader;
    private readonly HeadSigner _signer;

    private TailLog(SqliteConnection connection, LedgerReader reader, HeadSigner signer) => (_connection, _reader, _signer) = (connection, reader, signer);

    /// <summary>Opens from the fold. Null with the reason where the fold does not fit the ledger; throws <see cref="LedgerUnavailableException"/> where the ledger does not fit its heads.</summary>
    internal static OpenedLog? TryRead(SqliteConnection connection, LedgerReader reader, HeadSigner signer, IReadOnlyList<(string Source, byte[] Note)> remembered, byte[] fold, FoldSeal seal, out string? refused)
    {
        var log = new TailLog(connection, reader, signer);
        return log.TryFold(fold, seal, out var state, out var tiles, out refused) ? log.Read(state!, tiles!, remembered) : null;
    }

    private bool TryFold(byte[] fold, FoldSeal seal, out LedgerState? state, out TileGrowth? tiles, out string? refused)
    {
        (state, tiles) = (null, null);
        try
        {
            var growth = TileGrowth.Resume(seal.Size, address => _reader.Tile(address));
            var edge = growth.ToEdge();
            if (!KeptFold.TryRead(fold, index => Covered(index, edge), out state, out var root, out refused))
            {
                return false;
            }

            refused = state.Size != seal.Size ? $"expected size {Expect.Digits(seal.Size)}, got {Expect.Digits(state.Size)}"
                : root != edge.Root ? $"expected root {root} at size {Expect.Digits(state.Size)}, got {edge.Root}"
                : null;
            tiles = growth;
            return refused is null;
        }
        catch (Exception e) when (e is LedgerUnavailableException or InvalidDataException or ArgumentException or SqliteException)
        {
            refused = e.Message;
            return false;
        }
    }

    /// <summary>An entry that the fold refers to, proven to be in the tree of the fold.</summary>
    private Statement Covered(long index, MerkleEdge edge)
    {
        var (written, leaf) = _reader.Entry(index);
        Expect.That(
            Leaf.TryReadDigest(leaf, out var digest) && digest == Pae.Digest(written.Bytes.Span) && InclusionProof.Verifies(index, edge.Size, TreeHash.Leaf(leaf), _reader.Inclusion(index, edge.Size), edge.Root),
            $"entry {Expect.Digits(index)}",
            "what the fold refers to",
            "another");
        return written.Statement;
    }

    private OpenedLog Read(LedgerState state, TileGrowth tiles, IReadOnlyList<(string Source, byte[] Note)> remembered)
    {
        var heads = KnownHeads.Read(_connection, _signer.Origin, remembered, state.Size + 1);
        heads.Reach(HeadRow.Size(_connection));

        // Heads up to the fold are compared with the tree that the fold stands on.
        var edge = tiles.ToEdge();
        var published = MerkleEdge.Empty;
        foreach (var (size, (source, _, _, root)) in heads.BySize.Where(h => h.Key <= state.Size))
        {
            heads.Verify(size, state.HeadKeys);
            published = TileGrowth.Resume(size, address => _reader.Tile(address)).ToEdge();
            Expect.That(published.Root == root, source, $"root {published.Root}", root.ToString());
            Expect.That(size == 0 || ConsistencyProof.Verifies(size, root, state.Size, edge.Root, _reader.Consistency(size, state.Size)), source, "a head that leads to the fold", "another");
        }

        var replaying = new Replaying(_connection, _signer.Origin, heads, cipher => _reader.Blob(cipher) is not null, Tile);
        replaying.From(state, tiles, published);
        replaying.Read();
        Tiles(replaying.State.Size);
        var epoch = HeadRow.Compare(_connection, _signer, replaying.State, replaying.Edge);
        return new(replaying.State, replaying.Edge, replaying.Tiles, epoch, replaying.HeadEdge);
    }

    private void Tile(TileAddress address, byte[] hashes)
        => Expect.That(_reader.Tile(address).AsSpan().SequenceEqual(hashes), $"tile {Expect.Digits(address.Level)}/{Expect.Digits(address.N)}", "the hashes of its entries", "others");

    /// <summary>No tile stands beyond the end.</summary>
    private void Tiles(long size)
    {
        using var command = Database.Prepare(_connection, "SELECT max(n) FROM tile WHERE origin = $1 AND level = $2", 2);
        command.Parameters[0].Value = _signer.Origin;
        for (var level = 0; level <= TileAddress.LevelMax; level++)
        {
            command.Parameters[1].Value = level;
            var last = command.ExecuteScalar() is long n ? n : -1;
            var expected = level == TileAddress.LevelMax ? -1 : (size >> (8 * (level + 1))) - 1;
            Expect.That(last == expected, $"tile {Expect.Digits(level)}/{Expect.Digits(last)}", $"tile {Expect.Digits(expected)} to be the last at size {Expect.Digits(size)}", "another");
        }
    }
}
