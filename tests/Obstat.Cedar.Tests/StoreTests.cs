using Obstat.Cedar.Entities;
using Obstat.Cedar.Fast;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Tests;

/// <summary>A store changed step by step is the store built at once.</summary>
public sealed class StoreTests
{
    [Fact]
    public void A_store_changed_step_by_step_is_the_store_built_at_once()
    {
        for (var seed = 1; seed <= 40; seed++)
        {
            var random = new Random(seed);
            var model = Enumerable.Range(0, random.Next(600)).ToDictionary(i => Uid(i), i => Any(i, random));
            if (!EntityStore.Of(model.Values).TryGet(out var store))
            {
                continue;
            }

            var policies = PolicySet.Parse($"permit(principal in {Uid(1)}, action, resource) when {{ principal has n && principal.n in [{Uid(2)}, {Uid(3)}] }}; permit(principal == {Uid(5)}, action, resource in {Uid(0)});").Require();
            var fast = new FastEvaluator(policies, store);
            for (var step = 0; step < 60; step++)
            {
                var changed = Enumerable.Range(0, 1 + random.Next(4)).Select(_ => random.Next(700)).Distinct().Select(i => Any(i, random)).ToList();
                var next = new Dictionary<EntityUid, Entity>(model);
                changed.ForEach(e => next[e.Uid] = e);
                var (atOnce, after) = (EntityStore.Of(next.Values), store.With(changed));
                Assert.True(atOnce.Succeeded == after.Succeeded, $"seed {seed}, step {step}");
                if (!after.TryGet(out var changedStore))
                {
                    continue;
                }

                (model, store, fast) = (next, changedStore, fast.With(changedStore));
                var expected = atOnce.Require();
                Assert.Equal(expected.Count, store.Count);
                foreach (var i in Enumerable.Range(0, 700).Where(_ => random.Next(20) == 0).Concat(changed.Select(e => int.Parse(e.Uid.Id, System.Globalization.CultureInfo.InvariantCulture))))
                {
                    Assert.Equal(expected.AncestorsOf(Uid(i)), store.AncestorsOf(Uid(i)));
                    Assert.Equal(expected.IsPresent(Uid(i)), store.IsPresent(Uid(i)));
                    var request = new Request(Uid(i), new("Action", "x"), Uid(random.Next(700)), CedarRecord.Empty);
                    foreach (var mode in new[] { Mode.Strict, Mode.Standard })
                    {
                        var (plain, quick) = (Evaluator.Decide(policies, expected, request, mode), fast.Decide(request, mode));
                        Assert.Equal((plain.Decision, string.Join(",", plain.Permits), string.Join(",", plain.Missing)), (quick.Decision, string.Join(",", quick.Permits), string.Join(",", quick.Missing)));
                    }
                }
            }

            Assert.Equal(model.Values.Select(e => e.Uid).Order(), store.Entities.Select(e => e.Uid));
        }
    }

    [Fact]
    public void The_store_that_was_changed_stays_as_it_was()
    {
        var store = EntityStore.Of(Enumerable.Range(0, 2000).Select(i => new Entity(Uid(i), parents: [Uid(5000)]))).Require();
        var after = store.With(Enumerable.Range(0, 100).Select(i => new Entity(Uid(i), parents: [Uid(6000)]))).Require();
        Assert.True(store.IsIn(Uid(7), Uid(5000)) && !store.IsIn(Uid(7), Uid(6000)));
        Assert.True(after.IsIn(Uid(7), Uid(6000)) && !after.IsIn(Uid(7), Uid(5000)));
        Assert.Equal(2000, after.Count);
    }

    [Fact]
    public void A_change_cannot_make_a_tower_or_a_cycle()
    {
        static Entity E(int i, int parent) => new(Uid(i), parents: [Uid(parent)]);
        var tower = EntityStore.Of(Enumerable.Range(0, Limits.ParentLevelsMax).Select(i => E(i, i + 1))).Require();
        Assert.Equal(DiagnosticCode.TooManyParentLevels, tower.With(E(1000, 0)).Diagnostics[0].Code);
        Assert.Equal(DiagnosticCode.ParentCycle, tower.With(E(Limits.ParentLevelsMax, 0)).Diagnostics[0].Code);
        Assert.Equal(DiagnosticCode.DuplicateEntity, tower.With(E(0, 1), E(0, 2)).Diagnostics[0].Code);
    }

    [Fact]
    public void Threads_that_look_at_entities_for_the_first_time_together_say_the_same()
    {
        var store = EntityStore.Of(Enumerable.Range(0, 3000).Select(i => new Entity(Uid(i), CedarValue.RecordOf(("n", Uid((i + 1) % 3000))), [Uid(10_000 + (i % 3))]))).Require();
        var policies = PolicySet.Parse($"permit(principal, action, resource) when {{ principal.n.n in {Uid(10_001)} }};").Require();
        var fast = new FastEvaluator(policies, store);
        _ = Parallel.For(0, 12_000, i =>
        {
            var request = new Request(Uid(i * 7 % 3000), new("Action", "x"), Uid(0), CedarRecord.Empty);
            Assert.Equal(Evaluator.Decide(policies, store, request, Mode.Standard).Decision, fast.Decide(request, Mode.Standard).Decision);
        });
    }

    private static EntityUid Uid(int i) => new("N", i.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>An entity in a few of smaller number, so that cycles are rare.</summary>
    private static Entity Any(int i, Random random)
    {
        var parents = Enumerable.Range(0, random.Next(3)).Select(_ => Uid(random.Next(40) == 0 ? random.Next(700) : random.Next(1 + (i / 2))));
        return new(Uid(i), random.Next(3) == 0 ? CedarRecord.Empty : CedarValue.RecordOf(("n", Uid(random.Next(700)))), parents.Where(p => p != Uid(i)));
    }
}
