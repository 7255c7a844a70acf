using Microsoft.Data.Sqlite;
using Obstat.Core.Records;
using Obstat.Proof.Merkle;
using Obstat.Proof.Notes;
using Obstat.Storage.Databases;

namespace Obstat.Storage.Opening;

/// <summary>The one row that says where the ledger ends.</summary>
internal static class HeadRow
{
    /// <summary>The size that the row says; 0 where there is none.</summary>
    internal static long Size(SqliteConnection connection) => Database.Scalar(connection, "SELECT size FROM head") is long size ? size : 0;

    /// <summary>Compares the row with what the entries give; its epoch.</summary>
    internal static long Compare(SqliteConnection connection, HeadSigner heads, LedgerState state, MerkleEdge edge)
    {
        using var command = Database.Prepare(connection, "SELECT CAST(origin AS BLOB), size, root, edge, epoch, CAST(instance AS BLOB), stateDigest FROM head", 0);
        using var rows = command.ExecuteReader();
        const string Source = "head";
        if (!rows.Read())
        {
            Expect.That(state.Size == 0, Source, $"a head row for {Expect.Digits(state.Size)} entries", "none");
            return 0;
        }

        Expect.Origin(Source, Expect.Blob(rows, 0), heads.Origin);
        Expect.That(rows.GetInt64(1) == state.Size, Source, $"size {Expect.Digits(state.Size)}", Expect.Digits(rows.GetInt64(1)));
        Expect.That(Expect.Blob(rows, 2).AsSpan().SequenceEqual(edge.Root.ToArray()), Source, $"root {edge.Root}", Convert.ToHexStringLower(Expect.Blob(rows, 2)));
        Expect.That(Expect.Blob(rows, 3).AsSpan().SequenceEqual(edge.ToBytes()), Source, "the right edge of its entries", "another");
        Expect.That(rows.GetInt64(4) == state.Plane.Epoch, Source, $"epoch {Expect.Digits(state.Plane.Epoch)}", Expect.Digits(rows.GetInt64(4)));
        Expect.That(Expect.Blob(rows, 5).AsSpan().SequenceEqual(System.Text.Encoding.UTF8.GetBytes(state.Plane.Instance)), Source, $"instance {state.Plane.Instance}", "another");
        var digest = state.Parts.Digests.Digest;
        Expect.That(Expect.Blob(rows, 6).AsSpan().SequenceEqual(digest.ToArray()), Source, $"stateDigest {digest}", Convert.ToHexStringLower(Expect.Blob(rows, 6)));
        var keys = state.HeadKeys?.InForce ?? [];
        Expect.That(keys.All(heads.Held.Contains) && keys.Length > 0, Source, $"the keys in force, {string.Join(" and ", keys)}", string.Join(" and ", heads.Held));
        Expect.That(!rows.Read(), Source, "one row", "another");
        return state.Plane.Epoch;
    }
}
