using Microsoft.Data.Sqlite;

namespace Obstat.Storage.Databases;

/// <summary>Opens SQLite files under the settings that durability needs, and reads each of them back: one that did not take refuses.</summary>
internal static class Database
{
    /// <summary>A connection that may write: a file has one that does, and one that moves what it wrote from the log of writes into the file. Not pooled: settings belong to the connection.</summary>
    internal static SqliteConnection OpenWriter(string path, bool erases) => Open(path, SqliteOpenMode.ReadWriteCreate, connection =>
    {
        Set(connection, path, "journal_mode", "wal");
        Set(connection, path, "synchronous", "2", "FULL");
        Set(connection, path, "foreign_keys", "1");
        Set(connection, path, "wal_autocheckpoint", "0");
        Set(connection, path, "busy_timeout", "0");
        Set(connection, path, "cache_size", "-65536"); // 64 MiB: sealed blobs lie under random keys
        if (erases)
        {
            Set(connection, path, "secure_delete", "1");
        }

        if (OperatingSystem.IsMacOS())
        {
            Set(connection, path, "fullfsync", "1");
        }
    });

    /// <summary>A connection to a file that may lose its newest rows in a crash, and stays whole: nothing waits for the disk. For what can be made again or missed.</summary>
    internal static SqliteConnection OpenUnsynced(string path) => Open(path, SqliteOpenMode.ReadWriteCreate, connection =>
    {
        Set(connection, path, "journal_mode", "wal");
        Set(connection, path, "synchronous", "1", "NORMAL");
    });

    /// <summary>A connection that only reads; of those a file may have several.</summary>
    internal static SqliteConnection OpenReader(string path) => Open(path, SqliteOpenMode.ReadOnly, connection => Set(connection, path, "query_only", "1"));

    /// <summary>Runs statements that give no rows.</summary>
    internal static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        Text(command, sql);
        _ = command.ExecuteNonQuery();
    }

    /// <summary>The first value of the first row, or null.</summary>
    internal static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        Text(command, sql);
        return command.ExecuteScalar();
    }

    /// <summary>Moves what the log of writes holds into the file, as far as no reader needs it. Throws when it failed; false where somebody else is about it.</summary>
    internal static bool Checkpoint(SqliteConnection connection) => Scalar(connection, "PRAGMA wal_checkpoint(PASSIVE)") is 0L;

    /// <summary>Prepares a statement whose parameters are <c>$1</c>, <c>$2</c> .. in order.</summary>
    internal static SqliteCommand Prepare(SqliteConnection connection, string sql, int parameters)
    {
        var command = connection.CreateCommand();
        Text(command, sql);
        for (var i = 1; i <= parameters; i++)
        {
            _ = command.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
        }

        return command;
    }

#pragma warning disable CA2100 // All texts are constants of this room; values go through parameters.
    private static void Text(SqliteCommand command, string sql) => command.CommandText = sql;
#pragma warning restore CA2100

    private const int BusySecondsMax = 1; // the provider tries a busy file again so long; 0 would mean for ever

    private static SqliteConnection Open(string path, SqliteOpenMode mode, Action<SqliteConnection> set)
    {
        var isNew = !File.Exists(path);
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false, DefaultTimeout = BusySecondsMax }.ToString());
        try
        {
            connection.Open();
            Set(connection, path, "cell_size_check", "1");
            Set(connection, path, "trusted_schema", "0");
            set(connection);
            if (isNew && !OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static void Set(SqliteConnection connection, string path, string name, string expected, string? written = null)
    {
        _ = Scalar(connection, $"PRAGMA {name} = {written ?? expected}");
        var got = Convert.ToString(Scalar(connection, $"PRAGMA {name}"), System.Globalization.CultureInfo.InvariantCulture);
        if (got != expected)
        {
            throw new LedgerUnavailableException($"{path}: expected {name} = {expected}, got {got ?? "nothing"}");
        }
    }
}
