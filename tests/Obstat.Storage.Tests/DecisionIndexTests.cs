using Obstat.Core.Records;
using Obstat.Core.Tests.Records;
using Obstat.Proof.Statements;
using Obstat.Storage.Databases;
using Obstat.Storage.Indexing;
using Obstat.Storage.Reading;

namespace Obstat.Storage.Tests;

/// <summary>The index of the faces is a fold of the log and nothing more: it says what reading every entry says, and whatever happens to its file, it is made again.</summary>
public sealed class DecisionIndexTests : LedgerCase
{
    private const int Decisions = 2_200; // more than two chunks

    private const string Rare = "Revoked";

    private static readonly string[] Reasons = ["NotPermitted", "Forbidden", "PolicyError", "EntityMissing"];

    private static string Tool(LedgerReader reader, DecisionStatement decision) => decision.Policies.IsEmpty ? "" : "tool-" + decision.Policies[0];

    private Ledger Filled(Random random)
    {
        var ledger = Armed();
        var open = new List<(Appended Entry, long Seq)>();
        var waiting = new List<(Task<AppendResult> Entry, long Seq)>();
        for (long n = 1; n <= Decisions; n++)
        {
            waiting.Add((ledger.AppendAsync(Random(random, (int)n), default), n));
            if (n % 500 == 0 || n == Decisions)
            {
                open.AddRange(waiting.Select(w => (w.Entry.GetAwaiter().GetResult().Entry(), w.Seq)));
                waiting.Clear();
            }
        }

        Proof.Digest? prev = null;
        var seq = Decisions;
        foreach (var (entry, jti) in open.Where(o => ((DecisionStatement)o.Entry.Written.Statement).IsAllowed).Where((_, i) => i % 9 == 0))
        {
            prev = ledger.Append(Said.Ended(_report, entry, 1, ++seq, (int)jti, prev)).Written.Digest;
        }

        ledger.Append(Said.Halted(StopTarget.Of(new(Proof.Leases.ScopeKind.All, ""), new byte[32])));
        return ledger;
    }

    private static Draft Random(Random random, int n)
    {
        var (reason, who, tool, execution) = (random.Next(12), random.Next(6), random.Next(5), random.Next(40));
        // One in five hundred is refused with what nothing else is: it is counted by looking up each.
        var (allow, isRare) = (reason >= Reasons.Length && n % 500 != 0, n % 500 == 0);
        var plain = Said.Decided(allow, 1, n, n, blob: Place.Blob(n));
        return Draft.OfPlane(
            place => Composition.Of((DecisionStatement)plain.Compose!(place).Statement! with
            {
                Reason = allow ? null : isRare ? Rare : Reasons[reason],
                Identity = new(who == 0 ? "none" : "verified", who == 0 ? null : $"p-{who}", []),
                Policies = tool == 0 ? [] : [$"policy-{tool}"],
                Request = new(n % 7 == 0 ? "mcp.list" : "mcp.tools/call", "read", Said.Id(execution), Said.Id(execution % 4), execution < 4 ? null : Said.Id(execution % 4)),
            }),
            Said.Id(1),
            blobs: plain.Blobs,
            patience: Place.Patience);
    }

    /// <summary>Every decision by reading the log, which is what the index is measured by.</summary>
    private static List<(long Index, DecisionStatement Decision, (string Result, long Entry)? End)> Read(LedgerReader reader)
    {
        var entries = Enumerable.Range(0, (int)reader.Size()).Select(i => ((long)i, reader.Entry(i).Written.Statement)).ToList();
        var ends = new Dictionary<long, (string, long)>();
        foreach (var (index, statement) in entries)
        {
            if (statement is OutcomeStatement outcome)
            {
                ends[outcome.Decision.Index] = (outcome.Result, index);
            }
        }

        return [.. entries.Where(e => e.Statement is DecisionStatement).Select(e => (e.Item1, (DecisionStatement)e.Statement, ends.TryGetValue(e.Item1, out var end) ? end : ((string, long)?)null))];
    }

    private static bool Fits(DecisionFilter f, DecisionStatement d, string tool, DecisionFacet without = DecisionFacet.None)
        => (without == DecisionFacet.Verdict || f.Allowed is not { } allowed || allowed == d.IsAllowed)
            && (without == DecisionFacet.Reason || f.Reason is not { } reason || reason == d.Reason)
            && (without == DecisionFacet.Action || f.Action is not { } action || action == d.Request.Action)
            && (without == DecisionFacet.Principal || f.Principal is not { } principal || principal == d.Identity.Principal)
            && (without == DecisionFacet.Tool || f.Tool is not { } key || key == tool)
            && (without == DecisionFacet.Point || f.Point is not { } point || point == d.Ep.Id)
            && (f.From is not { } from || d.Time.Time >= from)
            && (f.To is not { } to || d.Time.Time < to);

    private static string Value(DecisionFacet facet, DecisionStatement d, string tool) => facet switch
    {
        DecisionFacet.Verdict => d.Decision,
        DecisionFacet.Reason => d.Reason ?? "",
        DecisionFacet.Action => d.Request.Action,
        DecisionFacet.Principal => d.Identity.Principal ?? "",
        DecisionFacet.Tool => tool,
        _ => d.Ep.Id,
    };

    private static DecisionFilter Filter(Random random, DateTimeOffset first, DateTimeOffset last)
    {
        var span = last - first;
        return new()
        {
            Allowed = random.Next(3) == 0 ? random.Next(2) == 0 : null,
            Reason = random.Next(4) == 0 ? random.Next(9) == 0 ? "Late" : Reasons[random.Next(Reasons.Length)] : null,
            Action = random.Next(4) == 0 ? "mcp.list" : null,
            Principal = random.Next(3) == 0 ? $"p-{random.Next(1, 7)}" : null,
            Tool = random.Next(3) == 0 ? $"tool-policy-{random.Next(1, 6)}" : null,
            Point = random.Next(5) == 0 ? "gw-1" : null,
            From = random.Next(3) == 0 ? Millisecond(first + (span * random.NextDouble())) : null,
            To = random.Next(3) == 0 ? Millisecond(first + (span * random.NextDouble())) : null,
        };
    }

    private static DateTimeOffset Millisecond(DateTimeOffset time) => DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_index_says_what_reading_every_entry_says(bool isFilled)
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        using var ledger = Filled(random);
        using var reader = ledger.Read();
        var size = reader.Size();
        for (long at = 0; !isFilled && at < size;)
        {
            // In steps and starts of any size.
            using var index = DecisionIndex.Open(ledger.Folder, reader, Tool);
            Assert.Equal(at, index.Size);
            for (var steps = random.Next(1, 4); steps > 0 && at < size; steps--)
            {
                var to = Math.Min(size, at + random.Next(1, 900));
                Assert.All(index.Advance(reader, to), d => Assert.InRange(d.Index, at, to - 1));
                at = to;
            }
        }

        if (isFilled)
        {
            // A whole ledger at once, in its order first and in all others at the end.
            using var index = DecisionIndex.Open(ledger.Folder, reader, Tool);
            index.BeginFill();
            _ = index.Advance(reader, size / 2);
            _ = index.Advance(reader, size);
            Assert.NotEmpty(index.EndFill().ToArray());
        }


        var log = Read(reader);
        using var asked = IndexReader.Open(ledger.Folder);
        Assert.Equal(size, asked.Size());
        for (var round = 0; round < 150; round++)
        {
            var filter = round == 0 ? DecisionFilter.All : round == 1 ? new() { Reason = Rare } : round == 2 ? new() { Reason = Reasons[0] } : Filter(random, log[0].Decision.Time.Time, log[^1].Decision.Time.Time);
            var told = $"seed {seed}, {filter}";
            var (after, limit, above) = (random.Next(2) == 0 ? (long?)null : random.NextInt64(size), random.Next(1, 60), random.Next(2) == 0 ? -1 : random.NextInt64(size));
            var fit = log.Where(d => Fits(filter, d.Decision, Tool(reader, d.Decision))).ToList();
            Assert.True(fit.Where(d => d.Index < (after ?? long.MaxValue) && d.Index > above).Select(d => d.Index).Reverse().Take(limit).SequenceEqual(asked.Decisions(filter, after, limit, above)), told);
            var counts = asked.Count(filter, 50);
            Assert.True(fit.Count == counts.Count, told);
            foreach (var (facet, values) in counts.Facets)
            {
                var expected = log.Where(d => Fits(filter, d.Decision, Tool(reader, d.Decision), facet)).GroupBy(d => Value(facet, d.Decision, Tool(reader, d.Decision))).ToDictionary(g => g.Key, g => (long)g.Count());
                // A filter that names what no decision has is answered with nothing at all.
                Assert.True(fit.Count == 0 && values.IsEmpty || expected.Count == values.Length && values.All(v => expected[v.Value] == v.Count), $"{told}, {facet}");
                Assert.True(values.Zip(values.Skip(1)).All(p => p.First.Count >= p.Second.Count), told);
            }
        }

        foreach (var (at, decision, end) in log)
        {
            Assert.Equal(end is { } e ? new IndexedEnd(e.Result, e.Entry) : null, asked.EndOf(at));
            Assert.Equal(end is { } linked ? [linked.Entry] : Array.Empty<long>(), asked.LinksOf(at).AsEnumerable());
            if (decision.Permit is { } permit)
            {
                Assert.Equal(at, asked.DecisionOf(permit.Jti));
            }
        }

        Assert.Equal(log.Where(d => d.End is not null).Select(d => d.Index).Reverse().Take(20), asked.Executions("succeeded", null, 20));
        Assert.Equal(log.Where(d => d.Decision.IsAllowed && d.End is null).Select(d => d.Index).Reverse().Take(20), asked.Executions("", null, 20));
        Assert.Equal(log.Where(d => d.Decision.IsAllowed).Select(d => d.Index).Reverse().Take(20), asked.Executions(null, null, 20));
        Assert.Equal(log.Where(d => d.Decision.Request.Execution == Said.Id(7)).Select(d => d.Index), asked.OfExecution(Said.Id(7), 1_000));
        Assert.Equal(log.Where(d => d.Decision.Request.Root == Said.Id(3)).Select(d => d.Index).Take(100), asked.OfRoot(Said.Id(3), 100));
        Assert.Equal(log.Where(d => d.Decision.Request.Root == Said.Id(2)).Select(d => d.Decision.Request.Execution).Distinct().Count(), asked.CountOfRoot(Said.Id(2)));
        Assert.Equal(log.Count, asked.Total());
        Assert.Equal(log.Count, asked.Hours(DateTimeOffset.UnixEpoch).Sum(h => h.Count));
        Assert.Equal(log.Count(d => d.Decision.Policies.Contains("policy-2")), asked.Hits(DateTimeOffset.UnixEpoch).Single(h => h.Policy == "policy-2") is var hit ? hit.Allows + hit.Denials : -1);
        Assert.Equal((log.Count(d => d.Decision.Identity.Principal == "p-2" && d.Decision.IsAllowed), log.Count(d => d.Decision.Identity.Principal == "p-2" && !d.Decision.IsAllowed)), asked.CountOf(DecisionFacet.Principal, "p-2"));
        Assert.Equal((1, size - 1), (asked.EventCount(HaltStatement.TypeName), asked.Events(HaltStatement.TypeName, null, 10).Single()));
    }

    [Fact]
    public void A_file_that_is_no_index_or_of_another_or_longer_log_is_made_again()
    {
        using var ledger = Armed();
        var allowed = ledger.Append(Ask(allow: true, 1, jti: 7)).Index.Value;
        _ = ledger.Append(Ask(allow: false, 2));
        using var reader = ledger.Read();
        var path = Path.Combine(ledger.Folder, DecisionIndex.FileName);
        foreach (var damage in (ReadOnlySpan<string>)["", "UPDATE place SET origin = 'another'", "UPDATE place SET size = 1000000", "UPDATE place SET leaf = zeroblob(32)", "DELETE FROM place", "CREATE TABLE more(x)"])
        {
            if (damage.Length == 0)
            {
                File.WriteAllText(path, "no database");
            }
            else
            {
                using var file = Database.OpenUnsynced(path);
                Database.Run(file, "UPDATE decision SET allowed = 1, reason = 1");
                Database.Run(file, damage);
            }

            using var index = DecisionIndex.Open(ledger.Folder, reader, Tool);
            Assert.Equal(0, index.Size);
            _ = index.Advance(reader, reader.Size());
            using var asked = IndexReader.Open(ledger.Folder);
            Assert.Equal([allowed], asked.Decisions(new() { Allowed = true }, null, 10));
        }
    }

    [Fact]
    public void An_index_that_is_cleared_while_somebody_reads_grows_again_and_is_the_same()
    {
        using var ledger = Armed();
        _ = ledger.Append(Ask(allow: true, 1, jti: 7));
        _ = ledger.Append(Ask(allow: false, 2));
        using var reader = ledger.Read();
        using var index = DecisionIndex.Open(ledger.Folder, reader, Tool);
        _ = index.Advance(reader, reader.Size());
        using var asked = IndexReader.Open(ledger.Folder);
        var before = asked.Decisions(DecisionFilter.All, null, 10);
        index.Clear();
        Assert.Empty(asked.Decisions(DecisionFilter.All, null, 10));
        Assert.Equal(0, asked.Size());
        _ = index.Advance(reader, reader.Size());
        Assert.Equal(before, asked.Decisions(DecisionFilter.All, null, 10));
        Assert.Equal(2, asked.Count(DecisionFilter.All, 10).Count);
    }

    [Fact]
    public void A_question_that_was_interrupted_ends_and_the_next_one_is_answered()
    {
        using var ledger = Armed();
        _ = ledger.Append(Ask(allow: true, 1, jti: 7));
        using var reader = ledger.Read();
        using var index = DecisionIndex.Open(ledger.Folder, reader, Tool);
        _ = index.Advance(reader, reader.Size());
        using var asked = IndexReader.Open(ledger.Folder);
        asked.Interrupt();
        _ = Assert.Throws<OperationCanceledException>(() => asked.Count(new() { Point = "gw-1" }, 10));
        asked.Resume();
        Assert.Equal(1, asked.Count(new() { Point = "gw-1" }, 10).Count);
    }
}
