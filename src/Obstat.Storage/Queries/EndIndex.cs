using Microsoft.Data.Sqlite;
using Obstat.Proof.Statements;
using Obstat.Storage.Databases;
using Obstat.Storage.Reading;

namespace Obstat.Storage.Queries;

/// <summary>
/// <c>index.db</c>: which entry ended which decision, its outcome or its orphaning, read from the entries once and kept. Derived, so deleting it is always safe; a file that cannot be read is made again. What is found in it is
/// compared with the entry that it names before it is given. Safe for concurrent use.
/// </summary>
public sealed class EndIndex : IDisposable
{
    /// <summary>Its file, in the folder of the ledger.</summary>
    public const string FileName = "index.db";

    private const string Schema = """
        CREATE TABLE ending(decision INTEGER NOT NULL PRIMARY KEY, entry INTEGER NOT NULL) STRICT
        CREATE TABLE progress(origin TEXT NOT NULL PRIMARY KEY, size INTEGER NOT NULL) STRICT, WITHOUT ROWID
        """;

    private const int ChunkLength = 4_096; // entries in one transaction

    private readonly Lock _lock = new();
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _put;
    private readonly SqliteCommand _find;
    private readonly SqliteCommand _advance;
    private readonly string _origin;
    private long _read;

    private EndIndex(SqliteConnection connection, string origin)
    {
        (_connection, _origin) = (connection, origin);
        _put = Database.Prepare(connection, "INSERT OR REPLACE INTO ending(decision, entry) VALUES($1, $2)", 2);
        _find = Database.Prepare(connection, "SELECT entry FROM ending WHERE decision = $1", 1);
        _advance = Database.Prepare(connection, "INSERT OR REPLACE INTO progress(origin, size) VALUES($1, $2)", 2);
        _advance.Parameters[0].Value = origin;
        using var size = Database.Prepare(connection, "SELECT size FROM progress WHERE origin = $1", 1);
        size.Parameters[0].Value = origin;
        _read = size.ExecuteScalar() is long read ? read : 0;
    }

    /// <summary>Opens the file of a ledger's folder, or makes it.</summary>
    public static EndIndex Open(string folder, string origin)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            return OpenAt(path, origin);
        }
        catch (Exception e) when (e is SqliteException or LedgerUnavailableException)
        {
            DerivedFile.Delete(path);
            return OpenAt(path, origin);
        }
    }

    /// <summary>Reads the entries since the last time; returns how many there are.</summary>
    public long CatchUp(LedgerReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        lock (_lock)
        {
            var size = reader.Size();
            if (_read > size)
            {
                // Of a longer log, which is not this one any more.
                Database.Run(_connection, "DELETE FROM ending");
                _read = 0;
            }

            while (_read < size)
            {
                Database.Run(_connection, "BEGIN IMMEDIATE");
                for (var until = Math.Min(size, _read + ChunkLength); _read < until; _read++)
                {
                    if (Ended(reader.Entry(_read).Written.Statement) is { } decision)
                    {
                        (_put.Parameters[0].Value, _put.Parameters[1].Value) = (decision.Index, _read);
                        _ = _put.ExecuteNonQuery();
                    }
                }

                _advance.Parameters[1].Value = _read;
                _ = _advance.ExecuteNonQuery();
                Database.Run(_connection, "COMMIT");
            }

            return size;
        }
    }

    /// <summary>The statement that ended the decision at an index, and where it stands; null while it is open. Throws <see cref="LedgerUnavailableException"/> where the file names an entry that does not.</summary>
    public (Statement Statement, long Entry)? Of(LedgerReader reader, long decision)
    {
        ArgumentNullException.ThrowIfNull(reader);
        long entry;
        lock (_lock)
        {
            _find.Parameters[0].Value = decision;
            if (_find.ExecuteScalar() is not long found)
            {
                return null;
            }

            entry = found;
        }

        var statement = entry >= 0 && entry < reader.Size() ? reader.Entry(entry).Written.Statement : null;
        return statement is not null && Ended(statement)?.Index == decision
            ? (statement, entry)
            : throw new LedgerUnavailableException($"{FileName}: expected the end of decision {decision}, got entry {entry}; `obstat ledger rebuild-index` makes it again");
    }

    public void Dispose()
    {
        _put.Dispose();
        _find.Dispose();
        _advance.Dispose();
        _connection.Dispose();
    }

    private static EntryReference? Ended(Statement statement) => statement switch
    {
        OutcomeStatement outcome => outcome.Decision,
        OrphanedStatement orphaned => orphaned.Decision,
        _ => null,
    };

    private static EndIndex OpenAt(string path, string origin)
    {
        var connection = Database.OpenUnsynced(path);
        try
        {
            Databases.Schema.Prepare(connection, path, Schema);
            return new EndIndex(connection, origin);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
