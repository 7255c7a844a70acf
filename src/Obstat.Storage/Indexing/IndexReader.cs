using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using Obstat.Proof.Statements;
using Obstat.Storage.Databases;

namespace Obstat.Storage.Indexing;

/// <summary>
/// Asks <c>faces.db</c> through a read-only connection of its own. What it answers are places and counts; a wrong index can hide a row and cannot invent one. Not safe for concurrent use, but for
/// <see cref="Interrupt"/>.
/// </summary>
public sealed class IndexReader : IDisposable
{
    /// <summary>The first word of each file: the reason of an allow.</summary>
    private const int AllowedReason = 1;

    /// <summary>One in so many fits, or fewer: then it is quicker to look up each than to read the columns of all.</summary>
    private const long Rare = 128;

    private static readonly DecisionFacet[] Facets = [DecisionFacet.Verdict, DecisionFacet.Reason, DecisionFacet.Action, DecisionFacet.Principal, DecisionFacet.Tool, DecisionFacet.Point];

    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteCommand> _commands = new(StringComparer.Ordinal); // texts differ by which terms they have, never by a value
    private volatile bool _isInterrupted;

    private IndexReader(SqliteConnection connection) => _connection = connection;

    /// <summary>Opens the index of a folder. Throws <see cref="LedgerUnavailableException"/> where there is none.</summary>
    public static IndexReader Open(string folder)
    {
        var path = Path.Combine(folder, DecisionIndex.FileName);
        try
        {
            return new IndexReader(Database.OpenReader(path));
        }
        catch (SqliteException e)
        {
            throw new LedgerUnavailableException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Entries that were read when this is asked.</summary>
    public long Size() => Number("SELECT size FROM place") ?? 0;

    /// <summary>Ends what is being asked now, from any thread: it throws <see cref="OperationCanceledException"/> or <see cref="SqliteException"/>.</summary>
    public void Interrupt()
    {
        _isInterrupted = true;
        SQLitePCL.raw.sqlite3_interrupt(_connection.Handle);
    }

    /// <summary>Forgets an interruption, before the next question.</summary>
    public void Resume() => _isInterrupted = false;

    /// <summary>Indexes of decisions, newest first.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="after">Only below this index: the last one of the page before.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="above">Only above this index: what was known before. Nothing below it is looked at.</param>
    public ImmutableArray<long> Decisions(DecisionFilter filter, long? after, int limit, long above = -1)
    {
        ArgumentNullException.ThrowIfNull(filter);
        if (Terms(filter) is not { } terms)
        {
            return [];
        }

        var columns = terms.Columns();
        if (columns.Length > 1)
        {
            return Scan(terms, after ?? long.MaxValue, above, limit);
        }

        var sql = new StringBuilder("SELECT idx FROM decision WHERE idx < $1 AND idx > $2");
        var values = new List<object> { after ?? long.MaxValue, above };
        foreach (var (_, column, value) in columns)
        {
            values.Add(value);
            _ = sql.Append(CultureInfo.InvariantCulture, $" AND {column} = ${values.Count}");
        }

        // Times never go back from one decision to the next, so a time narrows the indexes.
        if (terms.From > long.MinValue)
        {
            values.Add(terms.From);
            _ = sql.Append(CultureInfo.InvariantCulture, $" AND idx >= (SELECT idx FROM decision WHERE time >= ${values.Count} ORDER BY time, idx LIMIT 1)");
        }

        if (terms.To < long.MaxValue)
        {
            values.Add(terms.To);
            _ = sql.Append(CultureInfo.InvariantCulture, $" AND idx <= (SELECT idx FROM decision WHERE time < ${values.Count} ORDER BY time DESC, idx DESC LIMIT 1)");
        }

        values.Add((long)limit);
        _ = sql.Append(CultureInfo.InvariantCulture, $" ORDER BY idx DESC LIMIT ${values.Count}");
        return Numbers(sql.ToString(), values);
    }

    /// <summary>How many decisions there are.</summary>
    public long Total() => Number("SELECT SUM(n) FROM tally WHERE facet = 1") ?? 0;

    /// <summary>How many decisions fit a filter, and how they divide.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="limit">Values of a facet at most.</param>
    public FacetCounts Count(DecisionFilter filter, int limit)
    {
        ArgumentNullException.ThrowIfNull(filter);
        if (Terms(filter) is not { } terms)
        {
            return new(0, Facets.ToImmutableDictionary(f => f, _ => ImmutableArray<FacetCount>.Empty));
        }

        if (terms == new IndexTerms(terms.Allowed, 0, 0, 0, 0, 0, long.MinValue, long.MaxValue))
        {
            return new(
                Number("SELECT SUM(n) FROM tally WHERE facet = 1 AND ($1 IS NULL OR allowed = $1)", Allowed(terms.Allowed)) ?? 0,
                Facets.ToImmutableDictionary(f => f, f => Tally(f, f == DecisionFacet.Verdict ? null : terms.Allowed, limit)));
        }

        var counting = new FacetCounting(terms, AllowedReason, (int)(Number("SELECT MAX(id) FROM word") ?? 0));
        // Under one term alone, what misses it counts for its own facet and for no other: that is counted already.
        var only = terms is { From: long.MinValue, To: long.MaxValue } && terms.Columns() is [var one] ? one : default;
        if (only.Facet != DecisionFacet.None && Number("SELECT SUM(n) FROM tally WHERE facet = $1 AND value = $2", (long)only.Facet, only.Value) <= Total() / Rare)
        {
            using var rows = Command($"SELECT idx, time, reason, action, principal, tool, point FROM decision WHERE {only.Column} = $1", [only.Value]).ExecuteReader();
            while (rows.Read())
            {
                counting.AddFitting(new ChunkRow(rows.GetInt64(0), rows.GetInt64(1), rows.GetInt32(2), rows.GetInt32(3), rows.GetInt32(4), rows.GetInt32(5), rows.GetInt32(6)));
            }
        }
        else
        {
            using var chunks = Command("SELECT rows FROM chunk WHERE last >= $1 AND first < $2 ORDER BY n", [terms.From, terms.To]).ExecuteReader();
            while (chunks.Read())
            {
                CheckTime();
                if (only.Facet == DecisionFacet.None)
                {
                    counting.Add(RowsOf(chunks));
                }
                else
                {
                    counting.AddFitting(RowsOf(chunks), only.Facet, (int)only.Value);
                }
            }
        }

        return new(counting.Count, Facets.ToImmutableDictionary(
            f => f, f => f == only.Facet ? Tally(f, null, limit) : counting.Most(f, limit).Select(m => new FacetCount(ValueOf(f, m.Value), m.Count)).ToImmutableArray()));
    }

    /// <summary>How many decisions with a value allowed, and how many refused.</summary>
    public (long Allows, long Denials) CountOf(DecisionFacet facet, string value)
    {
        var command = Command("SELECT allowed, n FROM tally WHERE facet = $1 AND value = (SELECT id FROM word WHERE text = $2)", [(long)facet, value]);
        using var rows = command.ExecuteReader();
        var (allows, denials) = (0L, 0L);
        while (rows.Read())
        {
            (allows, denials) = rows.GetInt64(0) == 1 ? (rows.GetInt64(1), denials) : (allows, rows.GetInt64(1));
        }

        return (allows, denials);
    }

    /// <summary>The newest decision with a reason for each tool, of the newest 1,000 with that reason.</summary>
    public ImmutableDictionary<string, long> NewestByTool(string reason)
    {
        var command = Command(
            "SELECT (SELECT text FROM word WHERE id = tool), MAX(idx) FROM (SELECT tool, idx FROM decision WHERE reason = (SELECT id FROM word WHERE text = $1) ORDER BY idx DESC LIMIT 1000) GROUP BY tool", [reason]);
        using var rows = command.ExecuteReader();
        var newest = ImmutableDictionary.CreateBuilder<string, long>(StringComparer.Ordinal);
        while (rows.Read())
        {
            newest[rows.GetString(0)] = rows.GetInt64(1);
        }

        return newest.ToImmutable();
    }

    /// <summary>Counts by hour and answer since a time.</summary>
    public ImmutableArray<HourCount> Hours(DateTimeOffset since)
    {
        var command = Command("SELECT hour, (SELECT text FROM word WHERE id = reason), n FROM hour WHERE hour >= $1 ORDER BY hour", [since.ToUnixTimeMilliseconds() / DecisionIndex.HourMs]);
        using var rows = command.ExecuteReader();
        var hours = ImmutableArray.CreateBuilder<HourCount>();
        while (rows.Read())
        {
            hours.Add(new(DateTimeOffset.FromUnixTimeMilliseconds(rows.GetInt64(0) * DecisionIndex.HourMs), rows.GetString(1), rows.GetInt64(2)));
        }

        return hours.DrainToImmutable();
    }

    /// <summary>How often each policy determined a decision since the day of a time.</summary>
    public ImmutableArray<PolicyHits> Hits(DateTimeOffset since)
    {
        var command = Command(
            "SELECT (SELECT text FROM word WHERE id = policy), SUM(CASE allowed WHEN 1 THEN n ELSE 0 END), SUM(CASE allowed WHEN 0 THEN n ELSE 0 END) FROM hit WHERE day >= $1 GROUP BY policy",
            [since.ToUnixTimeMilliseconds() / DecisionIndex.DayMs]);
        using var rows = command.ExecuteReader();
        var hits = ImmutableArray.CreateBuilder<PolicyHits>();
        while (rows.Read())
        {
            hits.Add(new(rows.GetString(0), rows.GetInt64(1), rows.GetInt64(2)));
        }

        return hits.DrainToImmutable();
    }

    /// <summary>Entries that say what became of a decision: its outcome, its lease's events, its orphan entry; oldest first, at most 100.</summary>
    public ImmutableArray<long> LinksOf(long decision) => Numbers("SELECT entry FROM link WHERE decision = $1 ORDER BY entry LIMIT 100", [decision]);

    /// <summary>What became of a decision; null for one that is refused or open.</summary>
    public IndexedEnd? EndOf(long decision)
    {
        var command = Command("SELECT (SELECT text FROM word WHERE id = result), done FROM decision WHERE idx = $1 AND done IS NOT NULL", [decision]);
        using var rows = command.ExecuteReader();
        return rows.Read() ? new(rows.GetString(0), rows.GetInt64(1)) : null;
    }

    /// <summary>Allows with one end, newest first; with none in particular where it is null.</summary>
    /// <param name="result">An outcome's result, or <see cref="DecisionIndex.Orphaned"/>; empty: those that are open.</param>
    /// <param name="after">Only below this index.</param>
    /// <param name="limit">At most so many.</param>
    public ImmutableArray<long> Executions(string? result, long? after, int limit)
    {
        var (where, values) = result switch
        {
            null => ("allowed = 1", new List<object>()),
            "" => ("jti IS NOT NULL AND done IS NULL", []),
            _ => ("result = (SELECT id FROM word WHERE text = $1)", [result]),
        };
        values.AddRange([after ?? long.MaxValue, (long)limit]);
        return Numbers(string.Create(CultureInfo.InvariantCulture, $"SELECT idx FROM decision WHERE {where} AND idx < ${values.Count - 1} ORDER BY idx DESC LIMIT ${values.Count}"), values);
    }

    /// <summary>Where the decision of a permit stands.</summary>
    public long? DecisionOf(string jti) => Number("SELECT idx FROM decision WHERE jti = $1", DecisionIndex.Id(jti));

    /// <summary>Decisions of one execution, oldest first.</summary>
    public ImmutableArray<long> OfExecution(string execution, int limit) => Of("execution", execution, limit);

    /// <summary>Decisions of all executions that one execution began, oldest first.</summary>
    public ImmutableArray<long> OfRoot(string root, int limit) => Of("root", root, limit);

    /// <summary>How many executions one execution began, with itself.</summary>
    public long CountOfRoot(string root) => Number("SELECT COUNT(DISTINCT execution) FROM decision WHERE root = $1", DecisionIndex.Id(root)) ?? 0;

    /// <summary>Entries of a type other than decisions, outcomes and leases, newest first; of any such type where it is null.</summary>
    public ImmutableArray<long> Events(string? type, long? after, int limit) => type is null
        ? Numbers("SELECT idx FROM event WHERE idx < $1 ORDER BY idx DESC LIMIT $2", [after ?? long.MaxValue, (long)limit])
        : Numbers("SELECT idx FROM event WHERE type = (SELECT id FROM word WHERE text = $1) AND idx < $2 ORDER BY idx DESC LIMIT $3", [type, after ?? long.MaxValue, (long)limit]);

    /// <summary>Entries since a time that tell of a change: neither decisions, outcomes and leases, nor probes and digests of the state; newest first.</summary>
    public ImmutableArray<long> Changes(DateTimeOffset since, int limit)
    {
        var command = Command("SELECT idx, time, (SELECT text FROM word WHERE id = type) FROM event ORDER BY idx DESC", []);
        using var rows = command.ExecuteReader();
        var found = ImmutableArray.CreateBuilder<long>();
        while (found.Count < limit && rows.Read() && rows.GetInt64(1) >= since.ToUnixTimeMilliseconds())
        {
            if (rows.GetString(2) is not (DecisionIndex.CanaryType or StateStatement.TypeName))
            {
                found.Add(rows.GetInt64(0));
            }
        }

        return found.DrainToImmutable();
    }

    /// <summary>How many entries there are of a type other than decisions, outcomes and leases.</summary>
    public long EventCount(string type) => Number("SELECT COUNT(*) FROM event WHERE type = (SELECT id FROM word WHERE text = $1)", type) ?? 0;

    public void Dispose()
    {
        foreach (var command in _commands.Values)
        {
            command.Dispose();
        }

        _connection.Dispose();
    }

    private ImmutableArray<long> Of(string column, string id, int limit)
        => Numbers($"SELECT idx FROM decision WHERE {column} = $1 ORDER BY idx LIMIT $2", [DecisionIndex.Id(id), (long)limit]);

    /// <summary>The terms of a filter in the numbers of the file; null where one names something that no decision has.</summary>
    private IndexTerms? Terms(DecisionFilter filter)
    {
        var terms = new IndexTerms(
            filter.Allowed, Word(filter.Reason), Word(filter.Action), Word(filter.Principal), Word(filter.Tool), Word(filter.Point), filter.From?.ToUnixTimeMilliseconds() ?? long.MinValue,
            filter.To?.ToUnixTimeMilliseconds() ?? long.MaxValue);
        return terms is { Reason: >= 0, Action: >= 0, Principal: >= 0, Tool: >= 0, Point: >= 0 } && terms.Columns().All(c => Number("SELECT SUM(n) FROM tally WHERE facet = $1 AND value = $2", (long)c.Facet, c.Value) > 0)
            ? terms
            : null;
    }

    private int Word(string? text) => text is null ? 0 : checked((int)(Number("SELECT id FROM word WHERE text = $1", text) ?? -1));

    /// <summary>The newest that fit several terms: no one index leads to them, so the columns are read from the end.</summary>
    private ImmutableArray<long> Scan(IndexTerms terms, long below, long above, int limit)
    {
        var found = ImmutableArray.CreateBuilder<long>(limit);
        var command = Command("SELECT rows FROM chunk WHERE last >= $1 AND first < $2 AND n <= $3 ORDER BY n DESC", [terms.From, terms.To, ChunkBelow(below)]);
        using var chunks = command.ExecuteReader();
        while (found.Count < limit && chunks.Read())
        {
            CheckTime();
            var bytes = RowsOf(chunks);
            for (var at = bytes.Length - ChunkRow.Length; at >= 0 && found.Count < limit; at -= ChunkRow.Length)
            {
                var row = ChunkRow.Read(bytes[at..]);
                if (row.Index <= above)
                {
                    return found.DrainToImmutable();
                }

                if (row.Index < below && terms.Holds(row.Time) && terms.Missed(row, AllowedReason) == DecisionFacet.None)
                {
                    found.Add(row.Index);
                }
            }
        }

        return found.DrainToImmutable();
    }

    /// <summary>The last chunk that begins below an index: what is listed from there on stands in none after it.</summary>
    private long ChunkBelow(long index)
    {
        var (first, last) = (0L, Number("SELECT MAX(n) FROM chunk") ?? 0);
        while (first < last)
        {
            var middle = first + ((last - first + 1) / 2);
            using var chunk = Command("SELECT rows FROM chunk WHERE n = $1", [middle]).ExecuteReader();
            (first, last) = chunk.Read() && ChunkRow.Read(RowsOf(chunk)).Index < index ? (middle, last) : (first, middle - 1);
        }

        return first;
    }

    /// <summary>The rows of a chunk where SQLite holds them: good until the next one is read.</summary>
    private static ReadOnlySpan<byte> RowsOf(SqliteDataReader chunk) => SQLitePCL.raw.sqlite3_column_blob(chunk.Handle, 0);

    private ImmutableArray<FacetCount> Tally(DecisionFacet facet, bool? allowed, int limit)
    {
        var command = Command(
            "SELECT value, SUM(n) FROM tally WHERE facet = $1 AND ($2 IS NULL OR allowed = $2) GROUP BY value ORDER BY 2 DESC, value LIMIT $3", [(long)facet, Allowed(allowed), (long)limit]);
        using var rows = command.ExecuteReader();
        var counts = ImmutableArray.CreateBuilder<FacetCount>();
        while (rows.Read())
        {
            counts.Add(new(ValueOf(facet, rows.GetInt64(0)), rows.GetInt64(1)));
        }

        return counts.DrainToImmutable();
    }

    private string ValueOf(DecisionFacet facet, long value)
    {
        if (facet == DecisionFacet.Verdict)
        {
            return value == 1 ? "allow" : "deny";
        }

        var command = Command("SELECT text FROM word WHERE id = $1", [value]);
        return command.ExecuteScalar() as string ?? throw new LedgerUnavailableException($"{DecisionIndex.FileName}: expected a word");
    }

    private static object Allowed(bool? allowed) => allowed is { } known ? known ? 1L : 0L : DBNull.Value;

    private void CheckTime()
    {
        if (_isInterrupted)
        {
            throw new OperationCanceledException("the time for a question to the index is over");
        }
    }

    private ImmutableArray<long> Numbers(string sql, List<object> values)
    {
        var command = Command(sql, values);
        using var rows = command.ExecuteReader();
        var numbers = ImmutableArray.CreateBuilder<long>();
        while (rows.Read())
        {
            numbers.Add(rows.GetInt64(0));
        }

        return numbers.DrainToImmutable();
    }

    private long? Number(string sql, params object[] values)
    {
        var command = Command(sql, [.. values]);
        return command.ExecuteScalar() as long?;
    }

    /// <summary>A question with its values: prepared once, and asked again while no answer to it is being read.</summary>
    private SqliteCommand Command(string sql, List<object> values)
    {
        if (!_commands.TryGetValue(sql, out var command))
        {
            _commands[sql] = command = Database.Prepare(_connection, sql, values.Count);
            command.Prepare();
        }

        for (var i = 0; i < values.Count; i++)
        {
            command.Parameters[i].Value = values[i];
        }

        return command;
    }
}
