using Microsoft.Data.Sqlite;
using Obstat.Core.Records;
using Obstat.Proof;
using Obstat.Proof.Merkle;
using Obstat.Storage.Databases;
using Obstat.Storage.Reading;

namespace Obstat.Storage.Opening;

/// <summary>
/// Reads entries in their order upon a state: every bit of leaf and statement takes part in a hash or a signature, every statement follows from the state before it, every head on the way is the one that was signed.
/// Signatures of statements are checked from the last known head on, where no signed head covers them yet. The first thing that does not fit is named.
/// </summary>
internal sealed class Replaying(SqliteConnection connection, string origin, KnownHeads heads, Func<Digest, bool> hasBlob, Action<TileAddress, byte[]> tile)
{
    private const int ChunkLength = 512;

    /// <summary>The fold.</summary>
    internal LedgerState State { get; private set; } = LedgerState.Empty;

    /// <summary>Right edge of the tree.</summary>
    internal MerkleEdge Edge { get; private set; } = MerkleEdge.Empty;

    /// <summary>The started tiles.</summary>
    internal TileGrowth Tiles { get; private set; } = new();

    /// <summary>Right edge at the newest known head.</summary>
    internal MerkleEdge HeadEdge { get; private set; } = MerkleEdge.Empty;

    /// <summary>Goes on from a state that is known to be right.</summary>
    internal void From(LedgerState state, TileGrowth tiles, MerkleEdge headEdge)
        => (State, Tiles, Edge, HeadEdge) = (state, tiles, tiles.ToEdge(), headEdge);

    /// <summary>Reads all rows from the end of the state on.</summary>
    internal void Read()
    {
        using var command = Database.Prepare(connection, "SELECT CAST(origin AS BLOB), idx, leaf, statement FROM entry WHERE idx >= $1 ORDER BY idx", 1);
        command.Parameters[0].Value = State.Size == 0 ? long.MinValue : State.Size;
        using var rows = command.ExecuteReader();
        var chunk = new List<EntryRow>(ChunkLength);
        for (var more = true; more;)
        {
            chunk.Clear();
            while (chunk.Count < ChunkLength && (more = rows.Read()))
            {
                chunk.Add(Row(rows));
            }

            _ = Parallel.ForEach(chunk, row => row.Read(verifies: row.Index >= heads.Largest));
            foreach (var row in chunk)
            {
                Take(row);
            }
        }
    }

    private static EntryRow Row(SqliteDataReader rows) => new(Expect.Blob(rows, 0), rows.GetInt64(1), Expect.Blob(rows, 2), Expect.Blob(rows, 3));

    private void Take(EntryRow row)
    {
        var source = $"entry {Expect.Digits(State.Size)}";
        Expect.Origin(source, row.Origin, origin);
        Expect.That(row.Index == State.Size, source, $"index {Expect.Digits(State.Size)}", Expect.Digits(row.Index));
        Expect.That(row.Leaf is not null, source, "a leaf", "other bytes");
        Expect.That(row.Error is null && row.Written is not null, source, "the statement of its leaf", row.Error ?? "other bytes");
        var written = row.Written;
        var key = row.Leaf.Key.ToBase64();
        var signer = State.SignerOf(written.Statement);
        Expect.That(signer?.PublicKey == key, source, $"a signature by {signer?.Kid ?? "a known key"}", row.Leaf.Key.Kid);
        foreach (var reference in SealedIn.Of(written.Statement))
        {
            Expect.That(hasBlob(reference.Cipher), source, $"the sealed blob {reference.Cipher}", "none");
        }

        Expect.That(State.TryApply(written, null, out var next, out var error), source, "a statement that follows", error ?? "another");
        State = next;
        Edge = Edge.Append(row.Leaf.Hash);
        Tiles.Append(row.Leaf.Hash, tile);
        if (heads.BySize.TryGetValue(State.Size, out var head))
        {
            heads.Verify(head.Size, State.HeadKeys);
            if (head.Root != Edge.Root)
            {
                Blame(HeadEdge.Size, State.Size);
            }

            Expect.That(head.Root == Edge.Root, head.Source, $"root {Edge.Root}", head.Root.ToString());
            HeadEdge = Edge;
        }
    }

    /// <summary>Names the entry whose signature is wrong, where the entries since the last good head do not lead to a signed one.</summary>
    private void Blame(long from, long to)
    {
        using var command = Database.Prepare(connection, "SELECT CAST(origin AS BLOB), idx, leaf, statement FROM entry WHERE idx >= $1 AND idx < $2 ORDER BY idx", 2);
        (command.Parameters[0].Value, command.Parameters[1].Value) = (from, to);
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            var row = Row(rows);
            row.Read(verifies: true);
            Expect.That(row.Error is null, $"entry {Expect.Digits(row.Index)}", "the leaf that was signed", row.Error ?? "another");
        }
    }
}
