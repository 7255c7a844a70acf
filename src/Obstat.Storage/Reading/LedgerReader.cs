using System.Globalization;
using Microsoft.Data.Sqlite;
using Obstat.Core.Records;
using Obstat.Proof;
using Obstat.Proof.Dsse;
using Obstat.Proof.Leaves;
using Obstat.Proof.Merkle;
using Obstat.Proof.Notes;
using Obstat.Storage.Databases;

namespace Obstat.Storage.Reading;

/// <summary>
/// Reads entries, tiles, blobs and snapshots through a read-only connection of its own, also while the ledger is being written and after it was poisoned. What is read is hashed before it is given.
/// Not safe for concurrent use: whoever reads opens one.
/// </summary>
public sealed class LedgerReader : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly string _origin;
    private readonly SqliteCommand _entry;
    private readonly SqliteCommand _entries;
    private readonly SqliteCommand _leaves;
    private readonly SqliteCommand _tile;
    private readonly SqliteCommand _blob;
    private readonly SqliteCommand _hasBlob;
    private readonly string _folder;
    private readonly Dictionary<string, (SqliteConnection Connection, SqliteCommand Blob)> _months = new(StringComparer.Ordinal); // by path
    private KnownNodes _nodes;

    private LedgerReader(string folder, SqliteConnection connection, string origin)
    {
        (_folder, _connection, _origin) = (folder, connection, origin);
        _nodes = new KnownNodes(Tile, LeafHashes);
        _entry = Database.Prepare(connection, "SELECT leaf, statement FROM entry WHERE origin = $1 AND idx = $2", 2);
        _entries = Database.Prepare(connection, "SELECT idx, leaf, statement FROM entry WHERE origin = $1 AND idx >= $2 AND idx < $3 ORDER BY idx", 3);
        _leaves = Database.Prepare(connection, "SELECT idx, leaf FROM entry WHERE origin = $1 AND idx >= $2 AND idx < $3 ORDER BY idx", 3);
        _tile = Database.Prepare(connection, "SELECT hashes FROM tile WHERE origin = $1 AND level = $2 AND n = $3", 3);
        _blob = Database.Prepare(connection, "SELECT bytes FROM blob WHERE cipher = $1", 1);
        _hasBlob = Database.Prepare(connection, "SELECT count(*) FROM blob WHERE cipher = $1", 1);
    }

    /// <summary>Opens the ledger file of a folder.</summary>
    /// <param name="folder">The folder of the ledger.</param>
    /// <param name="origin">Name of the log.</param>
    public static LedgerReader Open(string folder, string origin) => new(folder, Database.OpenReader(Path.Combine(folder, "ledger.db")), origin);

    /// <summary>Opens the ledger file of a folder, whatever log it holds. Throws <see cref="LedgerUnavailableException"/> where there is none.</summary>
    /// <param name="folder">The folder of the ledger.</param>
    public static LedgerReader Open(string folder)
    {
        var path = Path.Combine(folder, "ledger.db");
        try
        {
            var connection = Database.OpenReader(path);
            try
            {
                return Database.Scalar(connection, "SELECT origin FROM head") is string origin
                    ? new(folder, connection, origin)
                    : throw new LedgerUnavailableException($"{path}: expected a log");
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        }
        catch (SqliteException e)
        {
            throw new LedgerUnavailableException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Name of the log.</summary>
    public string Origin => _origin;

    /// <summary>Leaf and statement of an entry. Throws <see cref="LedgerUnavailableException"/> for an index beyond the end and for bytes that are no statement.</summary>
    public (WrittenStatement Written, byte[] Leaf) Entry(long index)
    {
        Set(_entry, _origin, index);
        using var rows = _entry.ExecuteReader();
        return rows.Read() && WrittenStatement.TryRead(rows.GetFieldValue<byte[]>(1), out var written, out _)
            ? (written, rows.GetFieldValue<byte[]>(0))
            : throw new LedgerUnavailableException($"entry {index.ToString(CultureInfo.InvariantCulture)}: expected a statement");
    }

    /// <summary>
    /// An entry with its inclusion path, verified under a head before it is given: what leaves the ledger as evidence is never worse than what was signed.
    /// Throws <see cref="LedgerUnavailableException"/> naming the entry that does not fit.
    /// </summary>
    /// <param name="index">Index of the entry, below the head's size.</param>
    /// <param name="head">A head of this log that was verified.</param>
    public (WrittenStatement Written, byte[] Leaf, Digest[] Path) Proven(long index, Checkpoint head)
    {
        ArgumentNullException.ThrowIfNull(head);
        var (written, leaf) = Entry(index);
        var path = Inclusion(index, head.Size);
        if (Leaf.TryReadDigest(leaf, out var digest) && digest == Pae.Digest(written.Bytes.Span))
        {
            if (InclusionProof.Verifies(index, head.Size, TreeHash.Leaf(leaf), path, head.Root))
            {
                return (written, leaf, path);
            }

            // What was read once may have been read wrong, or was mended since: it is read again before anything is said of it.
            Forget();
            path = Inclusion(index, head.Size);
            if (InclusionProof.Verifies(index, head.Size, TreeHash.Leaf(leaf), path, head.Root))
            {
                return (written, leaf, path);
            }
        }

        throw new LedgerUnavailableException($"entry {index.ToString(CultureInfo.InvariantCulture)}: expected what the head of size {head.Size.ToString(CultureInfo.InvariantCulture)} covers");
    }

    /// <summary>Leaves and statements from one index to before another, as they are stored. Throws where one is missing.</summary>
    public IEnumerable<(byte[] Leaf, byte[] Statement)> Entries(long from, long to)
    {
        Set(_entries, _origin, from, to);
        using var rows = _entries.ExecuteReader();
        var index = from;
        for (; rows.Read() && rows.GetInt64(0) == index; index++)
        {
            yield return (rows.GetFieldValue<byte[]>(1), rows.GetFieldValue<byte[]>(2));
        }

        if (index != to)
        {
            throw new LedgerUnavailableException($"entry {index.ToString(CultureInfo.InvariantCulture)}: expected a leaf and a statement");
        }
    }

    /// <summary>Hashes of the leaves from one index to before another. Throws where one is missing.</summary>
    public Digest[] LeafHashes(long from, long to)
    {
        var hashes = new Digest[to - from];
        Set(_leaves, _origin, from, to);
        using var rows = _leaves.ExecuteReader();
        var index = from;
        for (; rows.Read() && rows.GetInt64(0) == index; index++)
        {
            hashes[index - from] = TreeHash.Leaf(rows.GetFieldValue<byte[]>(1));
        }

        return index == to ? hashes : throw new LedgerUnavailableException($"entry {index.ToString(CultureInfo.InvariantCulture)}: expected a leaf");
    }

    /// <summary>A tile of the tree of this size, cut to its width: what tlog-tiles serves. Throws for a tile that the tree does not have.</summary>
    public byte[] Tile(TileAddress address)
    {
        if (address.IsPartial)
        {
            return Partial(address);
        }

        Set(_tile, _origin, (long)address.Level, address.N);
        return _tile.ExecuteScalar() is byte[] { Length: Proof.Merkle.Tile.LengthFull } hashes ? hashes : throw new LedgerUnavailableException($"{address}: expected its hashes");
    }

    /// <summary>Whether a full tile is stored with these hashes.</summary>
    internal bool HasTile(TileAddress address, byte[] hashes)
    {
        Set(_tile, _origin, (long)address.Level, address.N);
        return _tile.ExecuteScalar() is byte[] stored && stored.AsSpan().SequenceEqual(hashes);
    }

    /// <summary>Forgets the nodes of the tree that were read: the next proof reads the file anew.</summary>
    internal void Forget() => _nodes = new KnownNodes(Tile, LeafHashes);

    /// <summary>The inclusion path of an entry, leaf to root, in the tree of a size.</summary>
    public Digest[] Inclusion(long index, long size) => InclusionProof.Make(index, size, Nodes(size));

    /// <summary>That the tree of the first size is the beginning of that of the second: 0 &lt; first &lt;= second.</summary>
    public Digest[] Consistency(long first, long second) => ConsistencyProof.Make(first, second, Nodes(second));

    /// <summary>Bytes of a sealed blob, in the ledger's file or in that of a month that is over; null where there is none, or other bytes.</summary>
    public byte[]? Blob(in Digest cipher) => Content(_blob, cipher) ?? Month(cipher);

    /// <summary>Whether a sealed blob is stored.</summary>
    internal bool HasBlob(in Digest cipher) => IsInLedger(cipher) || Month(cipher) is not null;

    /// <summary>Whether a sealed blob is stored in the ledger's own file; its bytes are not looked at.</summary>
    internal bool IsInLedger(in Digest cipher)
    {
        Set(_hasBlob, cipher.ToArray());
        return _hasBlob.ExecuteScalar() is 1L;
    }

    /// <summary>A file of a snapshot; null where there is none, or other bytes.</summary>
    public byte[]? Snapshot(in Digest digest)
    {
        using var command = Database.Prepare(_connection, "SELECT bytes FROM snapshot WHERE digest = $1", 1);
        return Content(command, digest);
    }

    /// <summary>The newest published head at or below a size, as its note; null where there is none.</summary>
    public (long Size, byte[] Note)? Published(long sizeMax)
    {
        using var command = Database.Prepare(_connection, "SELECT size, note FROM published WHERE origin = $1 AND size <= $2 ORDER BY size DESC LIMIT 1", 2);
        Set(command, _origin, sizeMax);
        return Row(command);
    }

    /// <summary>The oldest published head of at least a size; null where there is none.</summary>
    public (long Size, byte[] Note)? PublishedFrom(long sizeMin)
    {
        using var command = Database.Prepare(_connection, "SELECT size, note FROM published WHERE origin = $1 AND size >= $2 ORDER BY size LIMIT 1", 2);
        Set(command, _origin, sizeMin);
        return Row(command);
    }

    /// <summary>Count of entries that are durable now.</summary>
    public long Size()
    {
        using var command = Database.Prepare(_connection, "SELECT size FROM head WHERE origin = $1", 1);
        Set(command, _origin);
        return command.ExecuteScalar() is long size ? size : 0;
    }

    public void Dispose()
    {
        _entry.Dispose();
        _entries.Dispose();
        _leaves.Dispose();
        _tile.Dispose();
        _blob.Dispose();
        _hasBlob.Dispose();
        foreach (var (connection, blob) in _months.Values)
        {
            blob.Dispose();
            connection.Dispose();
        }

        _connection.Dispose();
    }

    private byte[]? Month(in Digest cipher)
    {
        foreach (var path in BlobFiles.In(_folder))
        {
            if (!_months.TryGetValue(path, out var month))
            {
                var connection = Database.OpenReader(path);
                _months[path] = month = (connection, Database.Prepare(connection, "SELECT bytes FROM blob WHERE cipher = $1", 1));
            }

            if (Content(month.Blob, cipher) is { } bytes)
            {
                return bytes;
            }
        }

        return null;
    }

    private FullNode Nodes(long size) => (level, index) => _nodes.Node(size, level, index);

    private byte[] Partial(TileAddress address)
    {
        var first = address.N * TileAddress.WidthFull;
        var hashes = address.Level == 0
            ? LeafHashes(first, first + address.Width)
            : [.. Enumerable.Range(0, address.Width).Select(i => RootOf(new(address.Level - 1, first + i, TileAddress.WidthFull)))];
        var bytes = new byte[address.Width * Digest.Length];
        for (var i = 0; i < hashes.Length; i++)
        {
            hashes[i].CopyTo(bytes.AsSpan(i * Digest.Length));
        }

        return bytes;
    }

    private Digest RootOf(TileAddress full)
        => Proof.Merkle.Tile.TryNode(Tile(full), 8, 0, out var root) ? root : throw new LedgerUnavailableException($"{full}: expected 256 hashes");

    private static byte[]? Content(SqliteCommand command, in Digest digest)
    {
        Set(command, digest.ToArray());
        return command.ExecuteScalar() is byte[] bytes && Digest.Of(bytes) == digest ? bytes : null;
    }

    private static (long Size, byte[] Note)? Row(SqliteCommand command)
    {
        using var rows = command.ExecuteReader();
        return rows.Read() ? (rows.GetInt64(0), rows.GetFieldValue<byte[]>(1)) : null;
    }

    private static void Set(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i];
        }
    }
}
