using Microsoft.Data.Sqlite;
using Obstat.Core.Records;
using Obstat.Proof;
using Obstat.Proof.Merkle;
using Obstat.Proof.Notes;
using Obstat.Storage.Databases;

namespace Obstat.Storage.Opening;

/// <summary>
/// <c>state.db</c>: the fold at the newest <c>state</c> entry with the seal of the head key. Derived: without it the whole log is read. It is never believed without its seal, so an edited row shows at the next start.
/// </summary>
internal sealed class FoldFile : IDisposable
{
    private const string Schema = "CREATE TABLE fold(origin TEXT NOT NULL PRIMARY KEY, size INTEGER NOT NULL, bytes BLOB NOT NULL, seal BLOB NOT NULL) STRICT, WITHOUT ROWID";

    private readonly SqliteConnection _connection;

    private FoldFile(SqliteConnection connection) => _connection = connection;

    /// <summary>Opens the file of a folder; one that is not as it must be is set aside as lost, with the reason: its content is in the log.</summary>
    internal static FoldFile Open(string folder, out string? lost)
    {
        var path = Path.Combine(folder, "state.db");
        lost = null;
        try
        {
            return OpenAt(path);
        }
        catch (Exception e) when (e is SqliteException or LedgerUnavailableException)
        {
            lost = e is SqliteException ? $"state.db: {e.Message}" : e.Message;
            DerivedFile.Delete(path);
            return OpenAt(path);
        }
    }

    /// <summary>The kept fold and its seal; null where there is none, with a reason where there was one that does not hold.</summary>
    internal (byte[] Fold, FoldSeal Seal)? Read(HeadSigner heads, out string? refused)
    {
        refused = null;
        try
        {
            using var command = Database.Prepare(_connection, "SELECT size, bytes, seal FROM fold WHERE origin = $1", 1);
            command.Parameters[0].Value = heads.Origin;
            using var rows = command.ExecuteReader();
            if (!rows.Read())
            {
                return null;
            }

            var fold = Expect.Blob(rows, 1);
            if (FoldSeal.TryOpen(Expect.Blob(rows, 2), heads.Held, out var seal) && seal.Size == rows.GetInt64(0) && seal.Fold == Digest.Of(fold))
            {
                return (fold, seal);
            }

            refused = "state.db: expected a fold under the seal of a head key";
        }
        catch (Exception e) when (e is SqliteException or InvalidCastException)
        {
            refused = $"state.db: {e.Message}";
        }

        return null;
    }

    /// <summary>Keeps a fold in the place of the one before.</summary>
    internal void Keep(LedgerState state, MerkleEdge edge, HeadSigner heads)
    {
        var fold = KeptFold.Write(state, edge.Root);
        if (!heads.TrySign(new FoldSeal(state.Origin, state.Size, Digest.Of(fold)), out var seal))
        {
            throw new LedgerUnavailableException("the head signer refused to seal a fold");
        }

        using var command = Database.Prepare(_connection, "INSERT OR REPLACE INTO fold(origin, size, bytes, seal) VALUES($1, $2, $3, $4)", 4);
        (command.Parameters[0].Value, command.Parameters[1].Value, command.Parameters[2].Value, command.Parameters[3].Value) = (state.Origin, state.Size, fold, seal.Bytes.ToArray());
        _ = command.ExecuteNonQuery();
        Database.Run(_connection, "PRAGMA wal_checkpoint(TRUNCATE)");
    }

    public void Dispose() => _connection.Dispose();

    private static FoldFile OpenAt(string path)
    {
        var connection = Database.OpenWriter(path, erases: false);
        try
        {
            Databases.Schema.Prepare(connection, path, Schema);
            return new FoldFile(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
