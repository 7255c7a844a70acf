using Microsoft.Data.Sqlite;
using Obstat.Proof;
using Obstat.Proof.Statements;
using Obstat.Storage.Databases;

namespace Obstat.Storage.Vaults;

/// <summary>
/// <c>permits.db</c>: the permits that were issued, each sealed, under the index of its decision. Never synced by itself: a permit is no evidence - its decision fixes its claims -, so losing the newest loses a check each, and no
/// proof. Not safe for concurrent use.
/// </summary>
public sealed class PermitFile : IDisposable
{
    private const string Schema = "CREATE TABLE permit(entry INTEGER NOT NULL PRIMARY KEY, jti TEXT NOT NULL, scope TEXT NOT NULL, plain BLOB NOT NULL, bytes BLOB NOT NULL) STRICT";

    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _put;
    private readonly SqliteCommand _find;

    private PermitFile(SqliteConnection connection)
    {
        _connection = connection;
        _put = Database.Prepare(connection, "INSERT OR REPLACE INTO permit(entry, jti, scope, plain, bytes) VALUES($1, $2, $3, $4, $5)", 5);
        _find = Database.Prepare(connection, "SELECT scope, plain, bytes FROM permit WHERE entry = $1 AND jti = $2", 2);
    }

    /// <summary>Opens the file of a ledger's folder, or makes it. Throws <see cref="LedgerUnavailableException"/> for one that cannot be read.</summary>
    public static PermitFile Open(string folder)
    {
        var path = Path.Combine(folder, "permits.db");
        try
        {
            var connection = Database.OpenUnsynced(path);
            try
            {
                Databases.Schema.Prepare(connection, path, Schema);
                return new PermitFile(connection);
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

    /// <summary>Keeps permits, all or none.</summary>
    public void Keep(IReadOnlyList<(long Entry, string Jti, SealedReference Reference, ReadOnlyMemory<byte> Blob)> permits)
    {
        ArgumentNullException.ThrowIfNull(permits);
        using var transaction = _connection.BeginTransaction();
        _put.Transaction = transaction;
        foreach (var (entry, jti, reference, blob) in permits)
        {
            (_put.Parameters[0].Value, _put.Parameters[1].Value, _put.Parameters[2].Value) = (entry, jti, reference.Scope);
            (_put.Parameters[3].Value, _put.Parameters[4].Value) = (reference.Plain.ToArray(), blob.ToArray());
            _ = _put.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    /// <summary>The sealed permit of a decision, with what opens it; null where it was lost.</summary>
    public (SealedReference Reference, byte[] Blob)? Find(long entry, string jti, string role)
    {
        (_find.Parameters[0].Value, _find.Parameters[1].Value) = (entry, jti);
        using var rows = _find.ExecuteReader();
        if (!rows.Read() || !Digest.TryFromBytes(rows.GetFieldValue<byte[]>(1), out var plain))
        {
            return null;
        }

        var blob = rows.GetFieldValue<byte[]>(2);
        return (new SealedReference(role, rows.GetString(0), Digest.Of(blob), plain, blob.Length), blob);
    }

    public void Dispose()
    {
        _put.Dispose();
        _find.Dispose();
        _connection.Dispose();
    }
}
