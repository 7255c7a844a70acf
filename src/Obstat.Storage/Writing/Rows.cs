using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Obstat.Core.Records;
using Obstat.Proof;
using Obstat.Proof.Merkle;
using Obstat.Proof.Notes;
using Obstat.Proof.Sealing;
using Obstat.Proof.Statements;
using Obstat.Storage.Databases;

namespace Obstat.Storage.Writing;

/// <summary>The writer's statements, prepared once, on its one connection.</summary>
internal sealed class Rows : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly string _origin;
    private readonly Insertion _entry;
    private readonly Insertion _blob;
    private readonly SqliteCommand _deletion;
    private readonly SqliteCommand _snapshot;
    private readonly SqliteCommand _tile;
    private readonly SqliteCommand _head;
    private readonly SqliteCommand _published;
    private readonly SqliteCommand _begin;
    private readonly SqliteCommand _commit;

    internal Rows(SqliteConnection connection, string origin)
    {
        (_connection, _origin) = (connection, origin);
        _entry = new Insertion(connection, "INSERT INTO entry(origin, idx, leaf, statement) VALUES($1, $2, $3, $4)");
        _entry.Bind(1, origin);
        _blob = new Insertion(connection, "INSERT INTO blob(cipher, scope, bytes) VALUES($1, $2, $3) ON CONFLICT(cipher) DO NOTHING");
        _deletion = Prepare("DELETE FROM blob WHERE cipher = $1", 1);
        _snapshot = Prepare("INSERT INTO snapshot(digest, bytes) VALUES($1, $2) ON CONFLICT(digest) DO NOTHING", 2);
        _tile = Prepare("INSERT INTO tile(origin, level, n, hashes) VALUES($1, $2, $3, $4)", 4);
        _head = Prepare("UPDATE head SET size = $1, root = $2, edge = $3, epoch = $4, stateDigest = $5 WHERE origin = $6 AND size = $7 AND epoch = $8 AND instance = $9", 9);
        _published = Prepare("INSERT INTO published(origin, size, note) VALUES($1, $2, $3)", 3);
        _begin = Prepare("BEGIN IMMEDIATE", 0);
        _commit = Prepare("COMMIT", 0);
    }

    internal void Begin() => _ = _begin.ExecuteNonQuery();

    internal void Commit()
    {
        var started = Stopwatch.GetTimestamp();
        _ = _commit.ExecuteNonQuery();
        LedgerMeter.Commit.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    internal void Entry(long index, ReadOnlySpan<byte> leaf, ReadOnlySpan<byte> statement)
    {
        _entry.Bind(2, index);
        _entry.Bind(3, leaf);
        _entry.Bind(4, statement);
        _entry.Run();
    }

    internal void Blob(StoredBlob blob)
    {
        if (!SealedBlob.TryScope(blob.Bytes.Span, out var scope))
        {
            throw new LedgerUnavailableException($"blob {blob.Cipher}: expected a sealed blob");
        }

        Span<byte> cipher = stackalloc byte[Digest.Length];
        blob.Cipher.CopyTo(cipher);
        _blob.Bind(1, cipher);
        _blob.Bind(2, scope);
        _blob.Bind(3, blob.Bytes.Span);
        _blob.Run();
    }

    /// <summary>Deletes a blob that is durable in another file.</summary>
    internal void Delete(in Digest cipher) => Run(_deletion, cipher.ToArray());

    internal void Snapshot(SnapshotPart part) => Run(_snapshot, part.Digest.ToArray(), Bytes(part.Bytes));

    internal void Tile(TileAddress address, byte[] hashes) => Run(_tile, _origin, (long)address.Level, address.N, hashes);

    /// <summary>Changes one number of the file's header: a commit that writes nothing proves nothing of the disk.</summary>
    internal void Beat(int n)
    {
        using var command = Prepare(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {n}"), 0);
        _ = command.ExecuteNonQuery();
    }

    internal void Published(long size, SignedNote note) => Run(_published, _origin, size, note.Bytes.ToArray());

    /// <summary>Makes the head row of a new log: of the empty tree, under no epoch.</summary>
    internal void FirstHead(Plane plane)
    {
        using var command = Prepare("INSERT INTO head(origin, size, root, edge, epoch, instance, stateDigest) VALUES($1, 0, $2, $3, 0, $4, $5)", 5);
        Run(command, _origin, TreeHash.Empty.ToArray(), Array.Empty<byte>(), plane.Instance, StateDigests.Empty.Digest.ToArray());
    }

    /// <summary>Moves the head, if nobody else did. False: this writer was fenced.</summary>
    internal bool Head(MerkleEdge after, Plane plane, in Digest state, long sizeBefore, long epochBefore)
    {
        Set(_head, after.Size, after.Root.ToArray(), after.ToBytes(), plane.Epoch, state.ToArray(), _origin, sizeBefore, epochBefore, plane.Instance);
        return _head.ExecuteNonQuery() == 1;
    }

    /// <summary>Moves what the log of writes holds into the database file. Throws when it failed; false where somebody else is about it.</summary>
    internal bool Checkpoint() => Database.Checkpoint(_connection);

    public void Dispose()
    {
        _entry.Dispose();
        _blob.Dispose();
        foreach (var command in new[] { _deletion, _snapshot, _tile, _head, _published, _begin, _commit })
        {
            command.Dispose();
        }
    }

    private SqliteCommand Prepare(string sql, int parameters) => Database.Prepare(_connection, sql, parameters);

    private static byte[] Bytes(ReadOnlyMemory<byte> memory)
        => System.Runtime.InteropServices.MemoryMarshal.TryGetArray(memory, out var segment) && segment.Array is { } array && segment.Count == array.Length ? array : memory.ToArray();

    private static void Run(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        Set(command, values);
        _ = command.ExecuteNonQuery();
    }

    private static void Set(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i];
        }
    }
}
