using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Obstat.Cedar.Entities;
using Obstat.Cedar.Fast;
using Obstat.Cedar.Schemas;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Bench;

/// <summary>What grows with the number of policies and of entities, and what does not.</summary>
internal static class Growth
{
    private const string House = """
        entity Tenant;
        entity Team in [Tenant];
        entity Agent in [Team] { attested: Bool, clearance: Long, owner: String };
        entity Server in [Tenant] { risk: Long };
        action call appliesTo { principal: [Agent], resource: [Server], context: { amount: Long } };
        """;

    private static readonly Schema Types = Schema.Parse(House).Require();

    public static void Measure()
    {
        Console.WriteLine($"{"policies",10}{"entities",10}{"entity ms",11}{"MB",7}{"compile ms",12}{"MB",7}{"decide ns",11}{"bytes",7}{"update us",11}");
        foreach (var policies in new[] { 2_000, 20_000, 100_000 })
        {
            Measure(policies, 10_000);
        }

        foreach (var entities in new[] { 100_000, 1_000_000 })
        {
            Measure(2_000, entities);
        }
    }

    private static void Measure(int policyCount, int entityCount)
    {
        var before = Live();
        var (store, entityMs) = Load(entityCount);
        var entityBytes = Live() - before;

        // A set is bounded; growth is measured beyond its bound.
        var policies = PolicySet.OfAnyNumber([.. Enumerable.Range(0, policyCount / 2000).SelectMany(part => PolicySet.Parse(Policies(part)).Require().Policies.Select((p, i) => p.WithId(N((2000 * part) + i))))]);
        before = Live();
        var clock = Stopwatch.StartNew();
        var fast = new FastEvaluator(policies, store);
        var compileMs = clock.Elapsed.TotalMilliseconds;
        var random = new Random(1);
        var bound = Enumerable.Range(0, 1000).Select(_ => fast.Bind(new(new("Agent", "agent-" + N(random.Next(entityCount))), new("Action", "call"), new("Server", "server-" + N(random.Next(50))), CedarValue.RecordOf(("amount", CedarValue.Of(random.Next(100))))))).ToArray();
        var answer = new FastAnswer();
        var decide = new Round(i => fast.Decide(bound[i % bound.Length], Mode.Strict, answer));
        for (var run = 0; run < 6; run++)
        {
            decide.Run(isWarmUp: run == 0, bound.Length);
        }

        var compiledBytes = Live() - before;
        clock.Restart();
        var changing = fast;
        for (var i = 0; i < 1000; i++)
        {
            var agent = new EntityUid("Agent", "agent-" + N(random.Next(entityCount)));
            var changed = changing.Entities.With(new Entity(agent, CedarValue.RecordOf(("attested", CedarValue.Of(true)), ("clearance", CedarValue.Of(i)), ("owner", CedarValue.Of("x"))), [new("Team", "team-1")])).Require();
            changing = changing.With(changed);
            changing.Decide(changing.Bind(bound[i].Source with { Principal = agent }), Mode.Strict, answer);
        }

        var updateUs = clock.Elapsed.TotalMicroseconds / 1000;
        Console.WriteLine($"{policyCount,10}{entityCount,10}{entityMs,11:F0}{entityBytes / 1e6,7:F0}{compileMs,12:F0}{compiledBytes / 1e6,7:F0}{decide.Median,11:F0}{decide.Bytes,7:F1}{updateUs,11:F0}");
        GC.KeepAlive(store);
        GC.KeepAlive(changing);
    }

    /// <summary>By itself, so that nothing of the text is held when the store is weighed.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (EntityStore Store, double Milliseconds) Load(int count)
    {
        var json = Encoding.UTF8.GetBytes(Entities(count));
        var clock = Stopwatch.StartNew();
        var store = EntityStore.Load(json, Types).Require();
        return (store, clock.Elapsed.TotalMilliseconds);
    }

    private static string Entities(int count)
    {
        var json = new StringBuilder("[");
        for (var i = 0; i < 10; i++)
        {
            _ = json.Append(CultureInfo.InvariantCulture, $"{{\"uid\":{{\"type\":\"Tenant\",\"id\":\"tenant-{i}\"}},\"attrs\":{{}},\"parents\":[]}},\n");
        }

        for (var i = 0; i < 1000; i++)
        {
            _ = json.Append(CultureInfo.InvariantCulture, $"{{\"uid\":{{\"type\":\"Team\",\"id\":\"team-{i}\"}},\"attrs\":{{}},\"parents\":[{{\"type\":\"Tenant\",\"id\":\"tenant-{i % 10}\"}}]}},\n");
        }

        for (var i = 0; i < 50; i++)
        {
            _ = json.Append(CultureInfo.InvariantCulture, $"{{\"uid\":{{\"type\":\"Server\",\"id\":\"server-{i}\"}},\"attrs\":{{\"risk\":{i % 5}}},\"parents\":[{{\"type\":\"Tenant\",\"id\":\"tenant-{i % 10}\"}}]}},\n");
        }

        for (var i = 0; i < count; i++)
        {
            _ = json.Append(CultureInfo.InvariantCulture, $"{{\"uid\":{{\"type\":\"Agent\",\"id\":\"agent-{i}\"}},\"attrs\":{{\"attested\":true,\"clearance\":{i % 5},\"owner\":\"o{i}\"}},\"parents\":[{{\"type\":\"Team\",\"id\":\"team-{i % 1000}\"}}]}}{(i == count - 1 ? "]" : ",\n")}");
        }

        return json.ToString();
    }

    private static string Policies(int part)
    {
        var text = new StringBuilder();
        for (var i = 0; i < 2000; i++)
        {
            var k = (2000 * part) + i;
            _ = text.Append((i % 4) switch
            {
                0 => $"permit(principal == Agent::\"agent-{k}\", action == Action::\"call\", resource);\n",
                1 => $"permit(principal in Team::\"team-{k % 1000}\", action == Action::\"call\", resource == Server::\"server-{k % 50}\") when {{ context.amount < {k} }};\n",
                2 => $"permit(principal == Agent::\"agent-{k}\", action, resource in Tenant::\"tenant-{k % 10}\") when {{ principal.clearance >= resource.risk }};\n",
                _ => $"forbid(principal == Agent::\"agent-{k}\", action, resource == Server::\"server-{k % 50}\") unless {{ principal.attested }};\n",
            });
        }

        return text.ToString();
    }

    private static string N(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static long Live()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
