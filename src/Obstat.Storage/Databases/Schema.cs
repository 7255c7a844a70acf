using Microsoft.Data.Sqlite;

namespace Obstat.Storage.Databases;

/// <summary>The tables of a ledger. What is in a file must be these texts, letter by letter: no index, trigger or view of somebody else's is run.</summary>
internal static class Schema
{
    // Entries stand in a table with row ids: without them SQLite keeps 1,002 bytes of a row in a page of 4 KiB and gives the rest a page of its own, which doubles what an entry takes.
    internal const string Ledger = """
        CREATE TABLE entry(origin TEXT NOT NULL, idx INTEGER NOT NULL PRIMARY KEY, leaf BLOB NOT NULL, statement BLOB NOT NULL) STRICT
        CREATE TABLE blob(cipher BLOB NOT NULL PRIMARY KEY, scope BLOB NOT NULL, bytes BLOB NOT NULL) STRICT, WITHOUT ROWID
        CREATE TABLE snapshot(digest BLOB NOT NULL PRIMARY KEY, bytes BLOB NOT NULL) STRICT, WITHOUT ROWID
        CREATE TABLE tile(origin TEXT NOT NULL, level INTEGER NOT NULL, n INTEGER NOT NULL, hashes BLOB NOT NULL, PRIMARY KEY(origin, level, n)) STRICT, WITHOUT ROWID
        CREATE TABLE head(origin TEXT NOT NULL PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, edge BLOB NOT NULL, epoch INTEGER NOT NULL, instance TEXT NOT NULL, stateDigest BLOB NOT NULL) STRICT, WITHOUT ROWID
        CREATE TABLE published(origin TEXT NOT NULL, size INTEGER NOT NULL, note BLOB NOT NULL, PRIMARY KEY(origin, size)) STRICT, WITHOUT ROWID
        """;

    internal const string Vault = """
        CREATE TABLE dataKey(scope BLOB NOT NULL PRIMARY KEY, person TEXT NOT NULL, month TEXT NOT NULL, wrapped BLOB NOT NULL, uses INTEGER NOT NULL) STRICT, WITHOUT ROWID
        CREATE INDEX dataKeyOf ON dataKey(person, month)
        CREATE TABLE pseudonym(name TEXT NOT NULL PRIMARY KEY, pseudonym TEXT NOT NULL) STRICT, WITHOUT ROWID
        CREATE TABLE secret(name TEXT NOT NULL PRIMARY KEY, wrapped BLOB NOT NULL) STRICT, WITHOUT ROWID
        """;

    /// <summary>Makes the tables in an empty file, and compares them in any other.</summary>
    internal static void Prepare(SqliteConnection connection, string path, string schema)
    {
        var expected = schema.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var found = Texts(connection);
        if (found.Count == 0)
        {
            using var transaction = connection.BeginTransaction();
            foreach (var sql in expected)
            {
                Database.Run(connection, sql);
            }

            transaction.Commit();
            found = Texts(connection);
        }

        if (!found.SetEquals(expected))
        {
            throw new LedgerUnavailableException($"{path}: expected the tables of this version, got others");
        }
    }

    private static HashSet<string> Texts(SqliteConnection connection)
    {
        using var command = Database.Prepare(connection, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL", 0);
        using var rows = command.ExecuteReader();
        var texts = new HashSet<string>(StringComparer.Ordinal);
        while (rows.Read())
        {
            _ = texts.Add(rows.GetString(0));
        }

        return texts;
    }
}
