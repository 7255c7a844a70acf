using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Obstat.Storage.Databases;
using Obstat.Storage.Indexing;

namespace Obstat.Bench;

/// <summary>
/// The index of the faces at a size: lists, counts under rare and common filters, families of executions. The rows are made up - 2,000 principals, 200 tools, 12 reasons, 3 points, families of 300 - and written by the
/// statements that the index itself writes with; what a page adds to it, reading and proving up to 200 entries, does not grow with the ledger but by the depth of its tree.
/// </summary>
internal static class FacesRound
{
    private const int Questions = 200;
    private const int Family = 300;
    private const int Principals = 2_000;
    private const int Tools = 200;

    private static readonly string[] s_reasons = ["", "NotPermitted", "Forbidden", "PolicyError", "EntityMissing", "IdentityUnverifiable", "TrustStale", "AttestationBroken", "Revoked", "Halted", "Malformed", "Late"];

    public static void Run(int decisions)
    {
        var folder = Directory.CreateTempSubdirectory("obstat-faces-").FullName;
        try
        {
            var watch = Stopwatch.StartNew();
            Fill(folder, decisions);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{decisions} decisions indexed at {decisions / watch.Elapsed.TotalSeconds:0}/s, {new FileInfo(Path.Combine(folder, DecisionIndex.FileName)).Length / (double)decisions:0} bytes each"));
            Measure(folder, decisions);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Fill(string folder, int decisions)
    {
        using var connection = Database.OpenUnsynced(Path.Combine(folder, DecisionIndex.FileName));
        Schema.Prepare(connection, DecisionIndex.FileName, IndexSchema.TableText);
        using var writes = new IndexWrites(connection);
        var random = new Random(7);
        Database.Run(connection, "BEGIN IMMEDIATE");
        var reasons = s_reasons.Select(writes.Word).ToArray();
        var actions = new[] { writes.Word("mcp.tools/call"), writes.Word("mcp.list") };
        var principals = Enumerable.Range(0, Principals).Select(i => writes.Word($"p-{i}")).ToArray();
        var tools = Enumerable.Range(0, Tools).Select(i => writes.Word(i.ToString("x16", CultureInfo.InvariantCulture))).ToArray();
        var points = Enumerable.Range(0, 3).Select(i => writes.Word($"gateway-{i}")).ToArray();
        var chunk = new byte[ChunkRow.Rows * ChunkRow.Length];
        var (held, root) = (0, new byte[16]);
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        for (var i = 0; i < decisions; i++)
        {
            // Half are allowed; the rarest reason is one in a thousand; every row by itself, as decisions come.
            var reason = random.Next(1_000) is var r && r < 500 ? 0 : r == 999 ? 11 : 1 + (r % 10);
            var row = new ChunkRow(i, now - ((decisions - i) * 2_000L), reasons[reason], actions[random.Next(10) == 0 ? 1 : 0], principals[random.Next(Principals)], tools[random.Next(Tools)], points[random.Next(3)]);
            var id = RandomNumberGenerator.GetBytes(16);
            root = i % Family == 0 ? id : root;
            writes.Decision(row, reason == 0, id, root, reason == 0 ? RandomNumberGenerator.GetBytes(16) : null);
            row.Write(chunk.AsSpan(held++ * ChunkRow.Length));
            if (held == ChunkRow.Rows || i == decisions - 1)
            {
                writes.Chunk(i / ChunkRow.Rows, ChunkRow.Read(chunk).Time, row.Time, chunk.AsSpan(0, held * ChunkRow.Length).ToArray());
                held = 0;
            }

            if (i % 10_000 == 9_999)
            {
                writes.KeepCounts();
                Database.Run(connection, "COMMIT");
                Database.Run(connection, "BEGIN IMMEDIATE");
            }
        }

        writes.KeepCounts();
        Database.Run(connection, "COMMIT");
        foreach (var (_, text) in IndexSchema.Indexes)
        {
            Database.Run(connection, text);
        }
    }

    private static void Measure(string folder, int decisions)
    {
        using var reader = IndexReader.Open(folder);
        using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, DecisionIndex.FileName)};Mode=ReadOnly;Pooling=False");
        connection.Open();
        var random = new Random(9);
        var rare = new DecisionFilter { Reason = "Late" };
        var half = new DecisionFilter { Allowed = true };
        var some = new DecisionFilter { Allowed = false, Point = "gateway-1" };
        var none = new DecisionFilter { Reason = "Late", Principal = "p-7", Tool = "0000000000000007", Action = "mcp.list" };
        var day = new DecisionFilter { Allowed = false, From = DateTimeOffset.UtcNow.AddHours(-24) };
        long Anywhere() => random.NextInt64(decisions);
        Tell("list of 50, no filter, anywhere", () => reader.Decisions(DecisionFilter.All, Anywhere(), 50));
        Tell("list of 50, filter that 0.1 % fit, anywhere", () => reader.Decisions(rare, Anywhere(), 50));
        Tell("list of 50, filter that 50 % fit, anywhere", () => reader.Decisions(half, Anywhere(), 50));
        Tell("list of 50, two terms, 17 % fit, anywhere", () => reader.Decisions(some, Anywhere(), 50));
        Tell("list of 50, four terms, nothing fits", () => reader.Decisions(none, null, 50));
        Tell("facets, no filter", () => reader.Count(DecisionFilter.All, 13));
        Tell("facets, filter that 0.1 % fit", () => reader.Count(rare, 13));
        Tell("facets, filter that 50 % fit", () => reader.Count(half, 13));
        Tell("facets, two terms, 17 % fit", () => reader.Count(some, 13));
        Tell("facets, refusals of the last 24 hours", () => reader.Count(day, 13));
        Tell("hours of the last day", () => reader.Hours(DateTimeOffset.UtcNow.AddHours(-24)));
        Tell("a family of 300 executions", () => reader.OfRoot(Root(connection, Anywhere() / Family * Family), 1_000));
    }

    private static string Root(SqliteConnection connection, long index)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT root FROM decision WHERE idx = $1";
        _ = command.Parameters.AddWithValue("$1", index);
        return Proof.Encodings.Base64Url.Encode((byte[])command.ExecuteScalar()!);
    }

    private static void Tell(string what, Func<object> question)
    {
        for (var i = 0; i < 20; i++)
        {
            _ = question();
        }

        var times = new double[Questions];
        for (var i = 0; i < Questions; i++)
        {
            var start = Stopwatch.GetTimestamp();
            _ = question();
            times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Array.Sort(times);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-52} p50 {times[Questions / 2],8:0.00} ms   p99 {times[(int)(Questions * 0.99)],8:0.00} ms"));
    }
}
