using System.Collections.Immutable;
using System.Text;
using Microsoft.Data.Sqlite;
using Obstat.Core.Records;
using Obstat.Proof;
using Obstat.Proof.Encodings;
using Obstat.Proof.Merkle;
using Obstat.Proof.Statements;
using Obstat.Storage.Databases;
using Obstat.Storage.Reading;

namespace Obstat.Storage.Indexing;

/// <summary>
/// Writes <c>faces.db</c>: where decisions of one kind stand, and how many there are. Derived from the entries and disposable: a file that belongs to another log, to a longer one, or to no version of ours is
/// thrown away and made again. It answers where, never what: whoever lists reads the entries themselves. One writer, not safe for concurrent use.
/// </summary>
public sealed class DecisionIndex : IDisposable
{
    /// <summary>Name of the file in the ledger's folder.</summary>
    public const string FileName = "faces.db";

    /// <summary>Event type of a decision that stands for probes: it is not listed among decisions.</summary>
    public const string CanaryType = "canary";

    /// <summary>Result of an allow that was closed without an outcome.</summary>
    public const string Orphaned = "orphaned";

    internal const long HourMs = 3_600_000;
    internal const long DayMs = 24 * HourMs;

    private readonly SqliteConnection _connection;
    private readonly string _origin;
    private readonly Func<LedgerReader, DecisionStatement, string> _tool;
    private readonly Dictionary<string, int> _words = new(StringComparer.Ordinal);
    private readonly IndexWrites _writes;
    private byte[] _chunk = [];
    private long _decisions;
    private bool _isDirty;
    private bool _isFilling;

    private DecisionIndex(SqliteConnection connection, string origin, long size, Func<LedgerReader, DecisionStatement, string> tool)
    {
        (_connection, _origin, Size, _tool) = (connection, origin, size, tool);
        _writes = new IndexWrites(connection);
        Load();
    }

    /// <summary>Entries that the index has read: the indexes below it.</summary>
    public long Size { get; private set; }

    /// <summary>Opens the index of a ledger's folder, or begins it. Throws <see cref="LedgerUnavailableException"/> where no file can be made.</summary>
    /// <param name="folder">The folder of the ledger, whose lock the caller holds. Nobody reads the index yet.</param>
    /// <param name="reader">A reader of that ledger.</param>
    /// <param name="tool">The key under which a decision's tool may stand here, a keyed digest and never its name; empty where the request names none or cannot be opened.</param>
    public static DecisionIndex Open(string folder, LedgerReader reader, Func<LedgerReader, DecisionStatement, string> tool)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var path = Path.Combine(folder, FileName);
        try
        {
            if (TryOpen(path, reader, tool) is { } index)
            {
                return index;
            }

            DerivedFile.Delete(path);
            return TryOpen(path, reader, tool) ?? throw new LedgerUnavailableException($"{path}: expected an index that can be made");
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new LedgerUnavailableException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Reads entries up to before an index, in one transaction. Gives the decisions among them, oldest first; probes are not among them.</summary>
    public ImmutableArray<(long Index, DecisionStatement Decision, string Tool)> Advance(LedgerReader reader, long to)
    {
        ArgumentNullException.ThrowIfNull(reader);
        if (to <= Size)
        {
            return [];
        }

        var found = ImmutableArray.CreateBuilder<(long, DecisionStatement, string)>();
        Database.Run(_connection, "BEGIN IMMEDIATE");
        try
        {
            var index = Size;
            byte[] last = [];
            foreach (var (leaf, bytes) in reader.Entries(Size, to))
            {
                if (!WrittenStatement.TryRead(bytes, out var written, out var error))
                {
                    throw new LedgerUnavailableException(FormattableString.Invariant($"entry {index}: {error}"));
                }

                if (Add(reader, index, written.Statement) is { } tool)
                {
                    found.Add((index, (DecisionStatement)written.Statement, tool));
                }

                last = leaf;
                index++;
            }

            KeepChunk();
            _writes.KeepCounts();
            _writes.Place(_origin, to, TreeHash.Leaf(last).ToArray());
            Database.Run(_connection, "COMMIT");
            Size = to;
            return found.DrainToImmutable();
        }
        catch
        {
            Database.Run(_connection, "ROLLBACK");
            _writes.ForgetCounts();
            // Words and rows of what was rolled back are not in the file.
            Load();
            throw;
        }
    }

    /// <summary>
    /// Begins to read a whole ledger: until <see cref="EndFill"/> nothing is kept in order but the order of the log, and lists under a filter are slow. A file that a crash leaves so is no index of ours, and is made again.
    /// </summary>
    public void BeginFill()
    {
        foreach (var (name, _) in IndexSchema.Indexes)
        {
            Database.Run(_connection, $"DROP INDEX IF EXISTS {name}");
        }

        _isFilling = true;
    }

    /// <summary>Makes the orders of what was read, one with each step, so that who asks for them may pause between; whoever lists is fast again after the last.</summary>
    public IEnumerable<string> EndFill()
    {
        foreach (var (name, text) in IndexSchema.Indexes)
        {
            Database.Run(_connection, text);
            yield return name;
        }

        Database.Run(_connection, "INSERT OR IGNORE INTO link(decision, entry) SELECT idx, entry FROM temp.later JOIN decision ON decision.jti = later.jti");
        Database.Run(_connection, "DELETE FROM temp.later");
        _isFilling = false;
    }

    /// <summary>Forgets everything that was read, for who found that a row is not what its entry says. Readers see it empty and growing.</summary>
    public void Clear()
    {
        using var transaction = _connection.BeginTransaction(deferred: false);
        foreach (var table in IndexSchema.Tables)
        {
            Database.Run(_connection, $"DELETE FROM {table}");
        }

        transaction.Commit();
        Database.Run(_connection, "DELETE FROM temp.later");
        Size = 0;
        Load();
    }

    public void Dispose()
    {
        _writes.Dispose();
        _connection.Dispose();
    }

    /// <summary>The bytes under which an identifier of 128 bits stands.</summary>
    internal static byte[] Id(string id) => Base64Url.TryDecode(id, out var bytes) ? bytes : Encoding.UTF8.GetBytes(id);

    private string? Add(LedgerReader reader, long index, Statement statement)
    {
        switch (statement)
        {
            case DecisionStatement { Canary: null } decision:
                return Add(reader, index, decision);
            case DecisionStatement:
                Event(index, CanaryType, statement);
                return null;
            case OutcomeStatement outcome:
                // An outcome that comes after its orphan entry is what became of it.
                _writes.End(outcome.Decision.Index, Word(outcome.Result), index);
                return null;
            case OrphanedStatement orphan:
                _writes.End(orphan.Decision.Index, Word(Orphaned), index);
                Event(index, statement.Type, statement);
                return null;
            case LeaseStatement lease:
                foreach (var happened in lease.Events)
                {
                    if (_isFilling)
                    {
                        _writes.LinkLater(Id(happened.Jti), index);
                    }
                    else
                    {
                        _writes.LinkOf(Id(happened.Jti), index);
                    }
                }

                return null;
            default:
                Event(index, statement.Type, statement);
                return null;
        }
    }

    private string Add(LedgerReader reader, long index, DecisionStatement decision)
    {
        var tool = _tool(reader, decision);
        var request = decision.Request;
        var row = new ChunkRow(
            index, decision.Time.Time.ToUnixTimeMilliseconds(), Word(decision.Reason ?? ""), Word(request.Action), Word(decision.Identity.Principal ?? ""), Word(tool), Word(decision.Ep.Id));
        _writes.Decision(row, decision.IsAllowed, Id(request.Execution), Id(request.Root), decision.Permit is { } permit ? Id(permit.Jti) : null);
        foreach (var policy in decision.Policies)
        {
            _writes.Hit(Word(policy), row.Time / DayMs, decision.IsAllowed);
        }

        var at = (int)(_decisions % ChunkRow.Rows) * ChunkRow.Length;
        if (at == 0 && _decisions > 0)
        {
            KeepChunk();
        }

        row.Write(_chunk.AsSpan(at));
        _decisions++;
        _isDirty = true;
        return tool;
    }

    private void KeepChunk()
    {
        if (_isDirty)
        {
            var rows = ((_decisions - 1) % ChunkRow.Rows) + 1;
            var bytes = _chunk.AsSpan(0, (int)rows * ChunkRow.Length);
            _writes.Chunk((_decisions - 1) / ChunkRow.Rows, ChunkRow.Read(bytes).Time, ChunkRow.Read(bytes[^ChunkRow.Length..]).Time, bytes.ToArray());
            _isDirty = false;
        }
    }

    private void Event(long index, string type, Statement statement) => _writes.Event(index, Word(type), statement.Time.Time.ToUnixTimeMilliseconds());

    private int Word(string text)
    {
        if (!_words.TryGetValue(text, out var id))
        {
            _words[text] = id = _writes.Word(text);
        }

        return id;
    }

    /// <summary>What this object remembers of the file.</summary>
    private void Load()
    {
        _words.Clear();
        using (var words = Database.Prepare(_connection, "SELECT id, text FROM word", 0))
        using (var rows = words.ExecuteReader())
        {
            while (rows.Read())
            {
                _words[rows.GetString(1)] = rows.GetInt32(0);
            }
        }

        (_chunk, _decisions, _isDirty) = (new byte[ChunkRow.Rows * ChunkRow.Length], 0, false);
        // The reason of an allow: the first word of all, so that readers know it without asking.
        _ = Word("");
        using var chunk = Database.Prepare(_connection, "SELECT n, rows FROM chunk ORDER BY n DESC LIMIT 1", 0);
        using var last = chunk.ExecuteReader();
        if (last.Read())
        {
            var bytes = last.GetFieldValue<byte[]>(1);
            bytes.AsSpan().CopyTo(_chunk);
            _decisions = (last.GetInt64(0) * ChunkRow.Rows) + (bytes.Length / ChunkRow.Length);
        }
    }

    private static DecisionIndex? TryOpen(string path, LedgerReader reader, Func<LedgerReader, DecisionStatement, string> tool)
    {
        SqliteConnection? connection = null;
        try
        {
            connection = Database.OpenUnsynced(path); // what a crash takes is read again
            Database.Run(connection, "PRAGMA cache_size = -32768"); // 32 MiB: ids lie under random keys
            Schema.Prepare(connection, path, IndexSchema.Text);
            if (Place(connection, reader) is { } size)
            {
                return new DecisionIndex(connection, reader.Origin, size, tool);
            }
        }
        catch (Exception e) when (e is SqliteException or LedgerUnavailableException)
        {
            // No index of ours: it is made again.
        }

        connection?.Dispose();
        return null;
    }

    /// <summary>How far the index read this very log; null for that of another.</summary>
    private static long? Place(SqliteConnection connection, LedgerReader reader)
    {
        using var command = Database.Prepare(connection, "SELECT origin, size, leaf FROM place", 0);
        using var rows = command.ExecuteReader();
        if (!rows.Read())
        {
            return Database.Scalar(connection, "SELECT count(*) FROM decision") is 0L ? 0 : null;
        }

        var (origin, size, leaf) = (rows.GetString(0), rows.GetInt64(1), rows.GetFieldValue<byte[]>(2));
        return origin == reader.Origin && size > 0 && size <= reader.Size() && Digest.TryFromBytes(leaf, out var last) && reader.LeafHashes(size - 1, size)[0] == last && !rows.Read() ? size : null;
    }
}
