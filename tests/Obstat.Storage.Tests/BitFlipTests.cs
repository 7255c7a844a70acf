using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Obstat.Core.Records;
using Obstat.Core.Tests.Records;
using Obstat.Proof.Dsse;
using Obstat.Storage.Databases;
using Obstat.Storage.Opening;

namespace Obstat.Storage.Tests;

/// <summary>
/// Bits of every value of every row of a ledger, flipped one after the other: opening refuses each and names the row. All bits of all tables, of <c>entry</c> each 61st unless <c>OBSTAT_EVERY_BIT=1</c>.
/// </summary>
public sealed class BitFlipTests : IDisposable
{
    private const int KeyTaken = 1555; // SQLITE_CONSTRAINT_PRIMARYKEY

    private static readonly bool s_everyBit = Environment.GetEnvironmentVariable("OBSTAT_EVERY_BIT") == "1";

    private readonly Place _place = new();
    private readonly StatementSigner _report = StatementSigner.Generate();

    public void Dispose()
    {
        _place.Dispose();
        _report.Dispose();
    }

    private static readonly (string Table, string[] Columns, string Row)[] Tables =
    [
        ("entry", ["origin", "idx", "leaf", "statement"], "entry "),
        ("blob", ["cipher", "scope", "bytes"], "blob "),
        ("snapshot", ["digest", "bytes"], "snapshot "),
        ("head", ["origin", "size", "root", "edge", "epoch", "instance", "stateDigest"], "head"),
        ("published", ["origin", "size", "note"], "published "),
    ];

    [Fact]
    public void Every_bit_of_every_row_is_covered()
    {
        Write();
        var flips = new List<(string Table, string Column, string Row, int Number, int Bit)>();
        using (var file = Database.OpenReader(_place.File))
        {
            foreach (var (table, columns, row) in Tables)
            {
                foreach (var column in columns)
                {
                    for (var number = 0; Value(file, table, column, number) is { } value; number++)
                    {
                        flips.AddRange(Enumerable.Range(0, (value is byte[] bytes ? bytes.Length : value is string text ? text.Length : 8) * 8)
                            .Where(bit => s_everyBit || table != "entry" || bit % 61 == 0 || value is long)
                            .Select(bit => (table, column, row, number, bit)));
                    }
                }
            }
        }

        Assert.True(flips.Count > (s_everyBit ? 80_000 : 5_000), $"{flips.Count}");
        var survived = new ConcurrentBag<string>();
        _ = Parallel.ForEach(
            Partitioner.Create(0, flips.Count, (flips.Count / Environment.ProcessorCount) + 1),
            range =>
            {
                using var copy = Copy();
                for (var i = range.Item1; i < range.Item2; i++)
                {
                    var (table, column, row, number, bit) = flips[i];
                    if (Opening(copy, table, column, number, bit) is not { } refusal || !refusal.StartsWith(row, StringComparison.Ordinal))
                    {
                        survived.Add($"{table}.{column} row {number} bit {bit}: {Opening(copy, table, column, number, bit) ?? "opened"}");
                    }
                }
            });
        Assert.Empty(survived.Take(20));
    }

    [Fact]
    public void A_row_that_is_missing_or_too_much_is_named()
    {
        Write();
        using var copy = Copy();
        foreach (var (change, expected) in new[]
        {
            ("DELETE FROM entry WHERE idx = 3", "entry 3"),
            ("DELETE FROM entry WHERE idx = (SELECT max(idx) FROM entry)", "published "),
            ("DELETE FROM head", "head"),
            ("DELETE FROM blob", "entry 4"),
            ("DELETE FROM entry", "published "),
            ("INSERT INTO entry SELECT 'x', idx + 100, leaf, statement FROM entry WHERE idx = 1", "entry "),
            ("INSERT INTO entry SELECT origin, idx + 100, leaf, statement FROM entry WHERE idx = 1", "entry "),
            ("INSERT INTO tile SELECT origin, 0, 0, zeroblob(8192) FROM head", "tile 0/0"),
            ("INSERT INTO head SELECT 'x', size, root, edge, epoch, instance, stateDigest FROM head", "head"),
            ("UPDATE entry SET leaf = (SELECT leaf FROM entry WHERE idx = 2) WHERE idx = 3", "entry 3"),
            ("UPDATE entry SET (leaf, statement) = (SELECT leaf, statement FROM entry WHERE idx = 2) WHERE idx = 3", "entry 3"),
        })
        {
            Database.Run(copy, "BEGIN");
            Database.Run(copy, change);
            Assert.StartsWith(expected, Refusal(copy), StringComparison.Ordinal);
            Database.Run(copy, "ROLLBACK");
        }

        Assert.Null(Refusal(copy));
    }

    [Fact]
    public async Task Full_tiles_are_covered()
    {
        using (var ledger = _place.Open())
        {
            ledger.Append(Said.Activated("law"));
            ledger.Append(Said.Registered(_report, 1));
            var seq = 0;
            _ = await Task.WhenAll(Enumerable.Range(0, 260).Select(_ => ledger.AppendAsync(Said.Decided(false, 1, ++seq, blob: Place.Blob(seq), patience: Place.Patience), default)));
        }

        using var copy = Copy();
        foreach (var (column, bits) in new[] { ("origin", new[] { 0, 9, 100 }), ("level", [0, 1, 40]), ("n", [0, 1, 40]), ("hashes", [0, 7, 8, 1_000, 32_768, (8_192 * 8) - 1]) })
        {
            foreach (var bit in bits)
            {
                Assert.StartsWith("tile ", Opening(copy, "tile", column, 0, bit), StringComparison.Ordinal);
            }
        }

        Assert.Null(Refusal(copy));
    }

    private void Write()
    {
        using var ledger = _place.Open();
        ledger.Append(Said.Activated("law"));
        ledger.Append(Said.Registered(_report, 1));
        var decision = ledger.Append(Said.Decided(true, 1, 1, jti: 1, blob: Place.Blob(1)));
        ledger.Append(Said.Ended(_report, decision, 1, 2, 1, null));
        var part = System.Text.Encoding.UTF8.GetBytes("permit(principal, action, resource);");
        var activated = Said.Activated("law 2");
        ledger.Append(Draft.OfPlane(activated.Compose!, snapshots: [new(Proof.Digest.Of(part), part)]));
    }

    private SqliteConnection Copy()
    {
        var copy = new SqliteConnection("Data Source=:memory:");
        copy.Open();
        using var file = Database.OpenReader(_place.File);
        file.BackupDatabase(copy);
        return copy;
    }

    private string? Opening(SqliteConnection copy, string table, string column, int number, int bit)
    {
        var value = Value(copy, table, column, number)!;
        Database.Run(copy, "BEGIN");
        try
        {
            using var update = Database.Prepare(copy, $"UPDATE {table} SET {column} = {(value is string ? "CAST($1 AS TEXT)" : "$1")} WHERE {column} IS $2", 2);
            update.Parameters[0].Value = value is long integer ? integer ^ (1L << bit) : Flipped(value, bit);
            update.Parameters[1].Value = value;
            Assert.InRange(update.ExecuteNonQuery(), 1, 100);
            return Refusal(copy);
        }
        catch (SqliteException e) when (e.SqliteExtendedErrorCode == KeyTaken)
        {
            return table == "head" ? table : $"{table} "; // another row has this key: a table cannot hold both
        }
        finally
        {
            Database.Run(copy, "ROLLBACK");
        }
    }

    private string? Refusal(SqliteConnection copy)
    {
        try
        {
            using var heads = _place.Heads();
            _ = WholeLog.Read(copy, heads, []);
            return null;
        }
        catch (LedgerUnavailableException e)
        {
            return e.Message;
        }
    }

    private static object? Value(SqliteConnection connection, string table, string column, int number)
    {
        using var command = Database.Prepare(connection, $"SELECT {column} FROM {table} ORDER BY 1 LIMIT 1 OFFSET {number}", 0);
        return command.ExecuteScalar();
    }

    private static byte[] Flipped(object value, int bit)
    {
        var bytes = value is string text ? System.Text.Encoding.UTF8.GetBytes(text) : (byte[])((byte[])value).Clone();
        bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        return bytes;
    }
}
