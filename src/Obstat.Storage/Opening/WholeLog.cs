using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Obstat.Core.Records;
using Obstat.Proof;
using Obstat.Proof.Dsse;
using Obstat.Proof.Leaves;
using Obstat.Proof.Merkle;
using Obstat.Proof.Notes;
using Obstat.Proof.Sealing;
using Obstat.Proof.Statements;
using Obstat.Storage.Databases;

namespace Obstat.Storage.Opening;

/// <summary>
/// Reads a whole ledger before anything is signed: every bit of every row takes part in a hash, a signature or a comparison. Leaves and statements lead to the root of the head row and of every
/// published head; tiles, fold, epoch and blobs follow from them. The first thing that does not fit is named, and the ledger stays closed; nothing is repaired.
/// Signatures of statements are checked from the last published head on, where no signed head covers them yet.
/// </summary>
internal sealed class WholeLog
{
    private const int ChunkLength = 512;

    private readonly SqliteConnection _connection;
    private readonly VerifierKey _headKey;
    private readonly string _origin;
    private readonly Dictionary<string, P256PublicKey> _keys = new(StringComparer.Ordinal);
    private readonly HashSet<Digest> _blobs = [];
    private readonly TileGrowth _tiles = new();
    private readonly Queue<(TileAddress Address, byte[] Hashes)> _stored = new();
    private MerkleEdge _edge = MerkleEdge.Empty;
    private MerkleEdge _publishedEdge = MerkleEdge.Empty;
    private LedgerState _state = LedgerState.Empty;

    private WholeLog(SqliteConnection connection, VerifierKey headKey) => (_connection, _headKey, _origin) = (connection, headKey, headKey.Name);

    /// <summary>Reads all rows. Throws <see cref="LedgerUnavailableException"/> naming the row that does not fit.</summary>
    /// <param name="connection">The ledger.</param>
    /// <param name="headKey">The key of its heads.</param>
    /// <param name="remembered">Heads that others kept: none may be larger than the ledger or contradict it.</param>
    internal static OpenedLog Read(SqliteConnection connection, VerifierKey headKey, IReadOnlyList<(string Source, byte[] Note)> remembered)
    {
        var log = new WholeLog(connection, headKey);
        var heads = log.Heads(remembered);
        log.ReadBlobs();
        log.ReadSnapshots();
        log.ReadTiles();
        log.ReadEntries(heads);
        return log.Compare(heads);
    }

    /// <summary>All signed heads that we know, by size: what is published, and what others remember.</summary>
    private SortedDictionary<long, (string Source, Digest Root)> Heads(IReadOnlyList<(string Source, byte[] Note)> remembered)
    {
        var heads = new SortedDictionary<long, (string Source, Digest Root)>();
        using var command = Database.Prepare(_connection, "SELECT CAST(origin AS BLOB), size, note FROM published ORDER BY origin, size", 0);
        using (var rows = command.ExecuteReader())
        {
            while (rows.Read())
            {
                var size = rows.GetInt64(1);
                var source = $"published {Digits(size)}";
                Origin(source, Blob(rows, 0));
                var head = Open(source, Blob(rows, 2));
                Require(source, head.Size == size, $"size {Digits(size)}", Digits(head.Size));
                heads.Add(size, (source, head.Root));
            }
        }

        foreach (var (source, note) in remembered)
        {
            var head = Open(source, note);
            if (heads.TryGetValue(head.Size, out var same))
            {
                Require(source, same.Root == head.Root, $"root {same.Root} at size {Digits(head.Size)}", head.Root.ToString());
            }
            else
            {
                heads.Add(head.Size, (source, head.Root));
            }
        }

        return heads;
    }

    private Checkpoint Open(string source, byte[] bytes)
    {
        var error = "another count of signature lines than one";
        return SignedNote.TryParse(bytes, out var note, out var refused) && note.Signatures.Length == 1 && Checkpoint.TryOpen(note, _headKey, out var head, out error)
            ? head
            : throw new LedgerUnavailableException($"{source}: expected a head of {_origin}, got {refused ?? error}");
    }

    private void ReadBlobs()
    {
        using var command = Database.Prepare(_connection, "SELECT cipher, scope, bytes FROM blob", 0);
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            var (cipher, scope, bytes) = (Blob(rows, 0), Blob(rows, 1), Blob(rows, 2));
            var digest = Digest.Of(bytes);
            var source = $"blob {Convert.ToHexStringLower(cipher)}";
            Require(source, digest.ToArray().AsSpan().SequenceEqual(cipher), "bytes of that digest", digest.ToString());
            Require(source, SealedBlob.TryScope(bytes, out var own) && own.SequenceEqual(scope), "the scope of its bytes", Convert.ToHexStringLower(scope));
            _ = _blobs.Add(digest);
        }
    }

    private void ReadSnapshots()
    {
        using var command = Database.Prepare(_connection, "SELECT digest, bytes FROM snapshot", 0);
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            var digest = Blob(rows, 0);
            var found = Digest.Of(Blob(rows, 1));
            Require($"snapshot {Convert.ToHexStringLower(digest)}", found.ToArray().AsSpan().SequenceEqual(digest), "bytes of that digest", found.ToString());
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
            var source = $"tile {Digits(level)}/{Digits(n)}";
            Origin(source, Blob(rows, 0));
            Require(source, level is >= 0 and <= TileAddress.LevelMax && n is >= 0 and < 1L << 54, "a level from 0 to 7 and a number from 0", "another");
            found.Add((new((int)level, n, TileAddress.WidthFull), Blob(rows, 3)));
        }

        foreach (var tile in found.OrderBy(t => t.Address.Level > 6 ? long.MaxValue : (t.Address.N + 1) << (8 * t.Address.Level)).ThenBy(t => t.Address.Level))
        {
            _stored.Enqueue(tile);
        }
    }

    private void ReadEntries(SortedDictionary<long, (string Source, Digest Root)> heads)
    {
        using var command = Database.Prepare(_connection, "SELECT CAST(origin AS BLOB), idx, leaf, statement FROM entry ORDER BY origin, idx", 0);
        using var rows = command.ExecuteReader();
        var covered = heads.Count == 0 ? 0 : heads.Keys.Last();
        var chunk = new List<EntryRow>(ChunkLength);
        for (var more = true; more;)
        {
            chunk.Clear();
            while (chunk.Count < ChunkLength && (more = rows.Read()))
            {
                chunk.Add(new(Blob(rows, 0), rows.GetInt64(1), Blob(rows, 2), Blob(rows, 3)));
            }

            var keys = new Dictionary<string, P256PublicKey>(_keys, StringComparer.Ordinal);
            _ = Parallel.ForEach(chunk, row => row.Read(keys, row.Index >= covered));
            foreach (var row in chunk)
            {
                Take(row, heads);
            }
        }
    }

    private void Take(EntryRow row, SortedDictionary<long, (string Source, Digest Root)> heads)
    {
        var source = $"entry {Digits(_state.Size)}";
        Origin(source, row.Origin);
        Require(source, row.Index == _state.Size, $"index {Digits(_state.Size)}", Digits(row.Index));
        Require(source, row.Leaf is not null, "a leaf", "other bytes");
        Require(source, row.Error is null && row.Written is not null, "the statement of its leaf", row.Error ?? "other bytes");
        var written = row.Written!;
        _keys[row.Leaf!.Key.ToBase64()] = row.Leaf.Key;
        var signer = _state.SignerOf(written.Statement);
        Require(source, signer?.PublicKey == row.Leaf.Key.ToBase64(), $"a signature by {signer?.Kid ?? "a known key"}", row.Leaf.Key.Kid);
        foreach (var reference in Sealed(written.Statement))
        {
            Require(source, _blobs.Contains(reference.Cipher), $"the sealed blob {reference.Cipher}", "none");
        }

        Require(source, _state.TryApply(written, null, out var next, out var error), "a statement that follows", error ?? "another");
        _state = next!;
        _edge = _edge.Append(row.Leaf.Hash);
        _tiles.Append(row.Leaf.Hash, Tile);
        if (heads.TryGetValue(_state.Size, out var head))
        {
            if (head.Root != _edge.Root)
            {
                Blame(_publishedEdge.Size, _state.Size);
            }

            Require(head.Source, head.Root == _edge.Root, $"root {_edge.Root}", head.Root.ToString());
            _publishedEdge = _edge;
        }
    }

    /// <summary>Names the entry whose signature is wrong, where the entries since the last good head do not lead to a signed one.</summary>
    private void Blame(long from, long to)
    {
        using var command = Database.Prepare(_connection, "SELECT CAST(origin AS BLOB), idx, leaf, statement FROM entry WHERE idx >= $1 AND idx < $2 ORDER BY idx", 2);
        (command.Parameters[0].Value, command.Parameters[1].Value) = (from, to);
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            var row = new EntryRow(Blob(rows, 0), rows.GetInt64(1), Blob(rows, 2), Blob(rows, 3));
            row.Read(_keys, verifies: true);
            Require($"entry {Digits(row.Index)}", row.Error is null, "the leaf that was signed", row.Error ?? "another");
        }
    }

    private void Tile(TileAddress address, byte[] hashes)
    {
        var source = $"tile {Digits(address.Level)}/{Digits(address.N)}";
        var found = _stored.TryDequeue(out var stored);
        Require(source, found && stored.Address == address && stored.Hashes.AsSpan().SequenceEqual(hashes), "the hashes of its entries", found ? $"tile {Digits(stored.Address.Level)}/{Digits(stored.Address.N)} or other hashes" : "none");
    }

    private OpenedLog Compare(SortedDictionary<long, (string Source, Digest Root)> heads)
    {
        if (_stored.TryDequeue(out var extra))
        {
            throw new LedgerUnavailableException($"tile {Digits(extra.Address.Level)}/{Digits(extra.Address.N)}: expected none at size {Digits(_state.Size)}");
        }

        if (heads.Count > 0 && heads.Keys.Last() > _state.Size)
        {
            var (size, head) = heads.Last();
            throw new LedgerUnavailableException($"{head.Source}: a signed head of size {Digits(size)} is known, the ledger ends at {Digits(_state.Size)}: its tail was lost, or an old copy was restored");
        }

        return new(_state, _edge, _tiles, Head(), _publishedEdge);
    }

    /// <summary>Compares the one head row with what the entries give; its epoch.</summary>
    private long Head()
    {
        using var command = Database.Prepare(_connection, "SELECT CAST(origin AS BLOB), size, root, edge, epoch, CAST(instance AS BLOB), stateDigest FROM head", 0);
        using var rows = command.ExecuteReader();
        if (!rows.Read())
        {
            Require("head", _state.Size == 0, $"a head row for {Digits(_state.Size)} entries", "none");
            return 0;
        }

        const string Source = "head";
        Origin(Source, Blob(rows, 0));
        Require(Source, rows.GetInt64(1) == _state.Size, $"size {Digits(_state.Size)}", Digits(rows.GetInt64(1)));
        Require(Source, Blob(rows, 2).AsSpan().SequenceEqual(_edge.Root.ToArray()), $"root {_edge.Root}", Convert.ToHexStringLower(Blob(rows, 2)));
        Require(Source, Blob(rows, 3).AsSpan().SequenceEqual(_edge.ToBytes()), "the right edge of its entries", "another");
        Require(Source, rows.GetInt64(4) == _state.Plane.Epoch, $"epoch {Digits(_state.Plane.Epoch)}", Digits(rows.GetInt64(4)));
        Require(Source, Blob(rows, 5).AsSpan().SequenceEqual(System.Text.Encoding.UTF8.GetBytes(_state.Plane.Instance)), $"instance {_state.Plane.Instance}", "another");
        Require(Source, Blob(rows, 6).AsSpan().SequenceEqual(_state.Parts.Digests.Digest.ToArray()), $"stateDigest {_state.Parts.Digests.Digest}", Convert.ToHexStringLower(Blob(rows, 6)));
        Require(Source, _state.HeadKey?.Equals(_headKey) == true, $"the head key {_headKey}", "another in genesis");
        Require(Source, !rows.Read(), "one row", "another");
        return _state.Plane.Epoch;
    }

    private void Origin(string source, byte[] found)
        => Require(source, found.AsSpan().SequenceEqual(System.Text.Encoding.UTF8.GetBytes(_origin)), $"origin {_origin}", "another");

    private static ImmutableArray<SealedReference> Sealed(Statement statement) => statement switch
    {
        DecisionStatement decision => decision.Sealed,
        OutcomeStatement outcome => outcome.Sealed,
        _ => [],
    };

    private static void Require(string source, bool holds, string expected, string got)
    {
        if (!holds)
        {
            throw new LedgerUnavailableException($"{source}: expected {expected}, got {got}");
        }
    }

    private static byte[] Blob(SqliteDataReader rows, int column) => rows.GetFieldValue<byte[]>(column);

    private static string Digits(long value) => value.ToString(CultureInfo.InvariantCulture);

    private sealed class EntryRow(byte[] origin, long index, byte[] leaf, byte[] statement)
    {
        internal byte[] Origin { get; } = origin;

        internal long Index { get; } = index;

        internal Leaf? Leaf { get; private set; }

        internal WrittenStatement? Written { get; private set; }

        internal string? Error { get; private set; }

        internal void Read(Dictionary<string, P256PublicKey> keys, bool verifies)
        {
            if (!Proof.Leaves.Leaf.TryParse(leaf, out var parsed, keys.GetValueOrDefault))
            {
                return;
            }

            Leaf = parsed;
            if (parsed.PaeDigest != Pae.Digest(statement))
            {
                Error = "other bytes";
            }
            else if (verifies && !parsed.Key.Verifies(parsed.PaeDigest, parsed.Signature.Span))
            {
                Error = "a wrong signature";
            }
            else if (WrittenStatement.TryRead(statement, out var written, out var error))
            {
                Written = written;
            }
            else
            {
                Error = error;
            }
        }
    }
}
