using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Obstat.Simulation;

/// <summary>
/// Many small worlds, each from one seed: the plane's book of leases, the point's leases, stops and used permits run as they are, over a modelled network, disk and clock, and an oracle of its own looks at every effect, at its evidence, and at every head of the log that was told.
/// <c>OBSTAT_WORLDS</c> sets how many worlds are played (100,000), <c>OBSTAT_SEED</c> replays one and tells it.
/// </summary>
public sealed class SimulationTests(ITestOutputHelper output)
{
    private const int PlantedSeedsMax = 10_000;

    private static int Worlds => int.TryParse(Environment.GetEnvironmentVariable("OBSTAT_WORLDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var worlds) ? worlds : 100_000;

    private static (IReadOnlyList<string> Violations, string Hash, long Steps, long Effects, List<string>? Told) Play(long seed, Plant plant = Plant.None, bool tells = false)
    {
        var world = new World(seed) { Told = tells ? [] : null };
        var scene = new Scene(world, plant);
        var violations = scene.Play();
        return (violations, world.Hash(), world.Steps, scene.Oracle.Effects, world.Told);
    }

    [Fact]
    public void No_world_has_an_effect_that_it_may_not_have()
    {
        if (long.TryParse(Environment.GetEnvironmentVariable("OBSTAT_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out var one))
        {
            var told = Play(one, tells: true);
            told.Told!.ForEach(output.WriteLine);
            Assert.True(told.Violations.Count == 0, string.Join('\n', told.Violations));
            return;
        }

        var clock = Stopwatch.StartNew();
        var bad = new ConcurrentBag<string>();
        long steps = 0, effects = 0;
        _ = Parallel.For(0, Worlds, seed =>
        {
            var played = Play(seed);
            _ = Interlocked.Add(ref steps, played.Steps);
            _ = Interlocked.Add(ref effects, played.Effects);
            if (played.Violations.Count > 0)
            {
                bad.Add($"OBSTAT_SEED={seed.ToString(CultureInfo.InvariantCulture)}: {played.Violations[0]}");
            }

            if (seed % 100 == 0 && Play(seed).Hash != played.Hash)
            {
                bad.Add($"OBSTAT_SEED={seed.ToString(CultureInfo.InvariantCulture)}: played twice, it went two ways");
            }
        });
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Worlds} worlds, {steps} steps, {effects} effects in {clock.Elapsed.TotalSeconds:0.0} s: {Worlds / clock.Elapsed.TotalSeconds:0} worlds/s"));
        Assert.True(bad.IsEmpty, string.Join('\n', bad.Order(StringComparer.Ordinal).Take(10)));
        Assert.True(effects > Worlds, "there was nothing to look at");
    }

    [Theory]
    [InlineData(Plant.DoubleUse, "I1")]
    [InlineData(Plant.LostCommit, "I3")]
    [InlineData(Plant.GraceSecond, "I5")]
    [InlineData(Plant.Resurrection, "I5")]
    [InlineData(Plant.ForgottenEnd, "I2")]
    [InlineData(Plant.RewrittenTail, "I4")]
    public void A_planted_bug_is_found_and_replayed_from_its_seed(Plant plant, string invariant)
    {
        for (var seed = 0; seed < PlantedSeedsMax; seed++)
        {
            var played = Play(seed, plant);
            if (played.Violations.FirstOrDefault(v => v.StartsWith(invariant, StringComparison.Ordinal)) is { } found)
            {
                var again = Play(seed, plant);
                output.WriteLine($"{plant} found at OBSTAT_SEED={seed.ToString(CultureInfo.InvariantCulture)}: {found}");
                Assert.Equal(played.Violations, again.Violations);
                Assert.Equal(played.Hash, again.Hash);
                Assert.Empty(Play(seed).Violations);
                return;
            }
        }

        Assert.Fail($"{plant} was not found in {PlantedSeedsMax.ToString(CultureInfo.InvariantCulture)} seeds");
    }
}
