using Microsoft.Data.Sqlite;
using Obstat.Storage.Databases;

namespace Obstat.Storage.Indexing;

/// <summary>The statements that write <c>faces.db</c>, prepared once.</summary>
internal sealed class IndexWrites : IDisposable
{
    private readonly SqliteCommand _decision;
    private readonly SqliteCommand _tally;
    private readonly SqliteCommand _hour;
    private readonly SqliteCommand _chunk;
    private readonly SqliteCommand _hit;
    private readonly SqliteCommand _event;
    private readonly SqliteCommand _link;
    private readonly SqliteCommand _linkOf;
    private readonly SqliteCommand _later;
    private readonly SqliteCommand _end;
    private readonly SqliteCommand _place;
    private readonly SqliteCommand _word;
    private readonly SqliteCommand[] _all;
    private readonly Dictionary<(DecisionFacet Facet, int Value, bool Allowed), long> _tallies = [];
    private readonly Dictionary<(long Hour, int Reason), long> _hours = [];
    private readonly Dictionary<(int Policy, long Day, bool Allowed), long> _hits = [];

    internal IndexWrites(SqliteConnection connection)
    {
        Database.Run(connection, "CREATE TEMP TABLE later(jti BLOB NOT NULL, entry INTEGER NOT NULL) STRICT");
        _all =
        [
            _decision = Database.Prepare(
                connection,
                "INSERT INTO decision(idx, time, allowed, reason, action, principal, tool, point, execution, root, jti) VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)", 11),
            _tally = Database.Prepare(connection, "INSERT INTO tally(facet, value, allowed, n) VALUES($1, $2, $3, $4) ON CONFLICT(facet, value, allowed) DO UPDATE SET n = n + $4", 4),
            _hour = Database.Prepare(connection, "INSERT INTO hour(hour, reason, n) VALUES($1, $2, $3) ON CONFLICT(hour, reason) DO UPDATE SET n = n + $3", 3),
            _chunk = Database.Prepare(connection, "INSERT OR REPLACE INTO chunk(n, first, last, rows) VALUES($1, $2, $3, $4)", 4),
            _hit = Database.Prepare(connection, "INSERT INTO hit(policy, day, allowed, n) VALUES($1, $2, $3, $4) ON CONFLICT(policy, day, allowed) DO UPDATE SET n = n + $4", 4),
            _event = Database.Prepare(connection, "INSERT INTO event(idx, type, time) VALUES($1, $2, $3)", 3),
            _link = Database.Prepare(connection, "INSERT OR IGNORE INTO link(decision, entry) VALUES($1, $2)", 2),
            _linkOf = Database.Prepare(connection, "INSERT OR IGNORE INTO link(decision, entry) SELECT idx, $2 FROM decision WHERE jti = $1", 2),
            _later = Database.Prepare(connection, "INSERT INTO temp.later(jti, entry) VALUES($1, $2)", 2),
            _end = Database.Prepare(connection, "UPDATE decision SET result = $1, done = $2 WHERE idx = $3", 3),
            _place = Database.Prepare(connection, "INSERT OR REPLACE INTO place(origin, size, leaf) VALUES($1, $2, $3)", 3),
            _word = Database.Prepare(connection, "INSERT INTO word(text) VALUES($1) RETURNING id", 1),
        ];
    }

    public void Dispose()
    {
        foreach (var command in _all)
        {
            command.Dispose();
        }
    }

    internal void Decision(in ChunkRow row, bool allowed, byte[] execution, byte[] root, byte[]? jti)
    {
        Run(
            _decision, row.Index, row.Time, allowed ? 1L : 0L, (long)row.Reason, (long)row.Action, (long)row.Principal, (long)row.Tool, (long)row.Point, execution, root,
            (object?)jti ?? DBNull.Value);
        Count(_hours, (row.Time / DecisionIndex.HourMs, row.Reason));
        foreach (var (facet, value) in (ReadOnlySpan<(DecisionFacet, int)>)
            [
                (DecisionFacet.Verdict, allowed ? 1 : 0), (DecisionFacet.Reason, row.Reason), (DecisionFacet.Action, row.Action), (DecisionFacet.Principal, row.Principal), (DecisionFacet.Tool, row.Tool),
                (DecisionFacet.Point, row.Point),
            ])
        {
            Count(_tallies, (facet, value, allowed));
        }
    }

    internal void Hit(int policy, long day, bool allowed) => Count(_hits, (policy, day, allowed));

    /// <summary>Writes what was counted since the last time. Within the transaction of what was counted.</summary>
    internal void KeepCounts()
    {
        foreach (var ((facet, value, allowed), n) in _tallies)
        {
            Run(_tally, (long)facet, (long)value, allowed ? 1L : 0L, n);
        }

        foreach (var ((hour, reason), n) in _hours)
        {
            Run(_hour, hour, (long)reason, n);
        }

        foreach (var ((policy, day, allowed), n) in _hits)
        {
            Run(_hit, (long)policy, day, allowed ? 1L : 0L, n);
        }

        ForgetCounts();
    }

    /// <summary>Forgets what was counted: its transaction was undone.</summary>
    internal void ForgetCounts()
    {
        _tallies.Clear();
        _hours.Clear();
        _hits.Clear();
    }

    internal void Event(long index, int type, long time) => Run(_event, index, (long)type, time);

    internal void End(long decision, int result, long entry)
    {
        Run(_end, (long)result, entry, decision);
        Run(_link, decision, entry);
    }

    internal void LinkOf(byte[] jti, long entry) => Run(_linkOf, jti, entry);

    /// <summary>Keeps a link whose decision no index finds yet.</summary>
    internal void LinkLater(byte[] jti, long entry) => Run(_later, jti, entry);

    internal void Chunk(long n, long first, long last, byte[] rows) => Run(_chunk, n, first, last, rows);

    internal void Place(string origin, long size, byte[] leaf) => Run(_place, origin, size, leaf);

    internal int Word(string text)
    {
        _word.Parameters[0].Value = text;
        return _word.ExecuteScalar() is long id ? checked((int)id) : throw new LedgerUnavailableException($"{DecisionIndex.FileName}: expected a word");
    }

    private static void Count<T>(Dictionary<T, long> counts, T what)
        where T : notnull
    {
        ref var n = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(counts, what, out _);
        n++;
    }

    private static void Run(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i];
        }

        _ = command.ExecuteNonQuery();
    }
}
