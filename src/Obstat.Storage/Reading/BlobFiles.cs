using System.Globalization;
using Microsoft.Data.Sqlite;
using Obstat.Storage.Databases;

namespace Obstat.Storage.Reading;

/// <summary>The files of sealed blobs of months that are over, <c>blobs-2026-11.db</c> beside the ledger's: the blobs, and below which entry everything was moved.</summary>
internal static class BlobFiles
{
    private const string Pattern = "blobs-????-??.db";

    private const string Schema = """
        CREATE TABLE blob(cipher BLOB NOT NULL PRIMARY KEY, scope BLOB NOT NULL, bytes BLOB NOT NULL) STRICT, WITHOUT ROWID
        CREATE TABLE moved(id INTEGER NOT NULL PRIMARY KEY, entry INTEGER NOT NULL) STRICT
        """;

    /// <summary>The files, the newest month first.</summary>
    internal static string[] In(string folder) => [.. Directory.GetFiles(folder, Pattern).OrderDescending(StringComparer.Ordinal)];

    /// <summary>Opens or makes the file of a month. Throws <see cref="LedgerUnavailableException"/> where it has other tables.</summary>
    internal static SqliteConnection OpenWriter(string folder, string month)
    {
        var path = Path.Combine(folder, $"blobs-{month}.db");
        var connection = Database.OpenWriter(path, erases: false);
        try
        {
            Databases.Schema.Prepare(connection, path, Schema);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Below which entry all blobs were moved: what the newest of the files says; the first step into a file may have been cut off, so all are asked.</summary>
    internal static long Moved(string folder)
    {
        var moved = 0L;
        foreach (var path in In(folder))
        {
            using var connection = OpenWriter(folder, Path.GetFileName(path)["blobs-".Length..^".db".Length]);
            moved = Math.Max(moved, Convert.ToInt64(Database.Scalar(connection, "SELECT ifnull(max(entry), 0) FROM moved"), CultureInfo.InvariantCulture));
        }

        return moved;
    }
}
