using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Obstat.Storage.Databases;

/// <summary>One statement without rows that runs for every entry, prepared once and given its values directly: the provider's command costs as much as the insert itself. Values stay until they are given anew.</summary>
internal sealed class Insertion : IDisposable
{
    private readonly sqlite3 _connection;
    private readonly sqlite3_stmt _statement;

    internal Insertion(SqliteConnection connection, string sql)
    {
        _connection = connection.Handle ?? throw new InvalidOperationException("the connection is closed");
        Check(raw.sqlite3_prepare_v2(_connection, sql, out _statement));
    }

    /// <summary>Gives a parameter, from 1, a text.</summary>
    internal void Bind(int at, string text) => Check(raw.sqlite3_bind_text(_statement, at, text));

    /// <summary>Gives a parameter, from 1, a number.</summary>
    internal void Bind(int at, long number) => Check(raw.sqlite3_bind_int64(_statement, at, number));

    /// <summary>Gives a parameter, from 1, bytes, which are copied.</summary>
    internal void Bind(int at, ReadOnlySpan<byte> bytes) => Check(raw.sqlite3_bind_blob(_statement, at, bytes));

    /// <summary>Runs it. Throws <see cref="SqliteException"/> for whatever is not its end.</summary>
    internal void Run()
    {
        var done = raw.sqlite3_step(_statement);
        if (done != raw.SQLITE_DONE)
        {
            // The reset tells the same error again; the extended one is read before it.
            SqliteException.ThrowExceptionForRC(done, _connection);
            throw new LedgerUnavailableException("an insert gave a row");
        }

        Check(raw.sqlite3_reset(_statement));
    }

    public void Dispose() => _statement.Dispose();

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
        {
            SqliteException.ThrowExceptionForRC(code, _connection);
        }
    }
}
