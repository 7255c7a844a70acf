using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Numerics;

namespace Obstat.Server.Telemetry;

/// <summary>How long decisions for each enforcement point took in the last five minutes, by ten seconds, to an eighth of each value. Safe for concurrent use; adding allocates nothing.</summary>
internal sealed class PointLatencies(TimeProvider clock)
{
    /// <summary>Length of a slot.</summary>
    public static readonly TimeSpan SlotOf = TimeSpan.FromSeconds(10);

    /// <summary>Slots that are kept: five minutes.</summary>
    public const int Slots = 30;

    // Eight steps for each power of two of microseconds, up to 2^27 us, which is more than two minutes.
    private const int Steps = 8;
    private const int Powers = 27;

    private readonly ConcurrentDictionary<string, Slot[]> _points = new(StringComparer.Ordinal);

    /// <summary>A decision for a point took so long.</summary>
    public void Add(string point, TimeSpan took)
    {
        var now = Number(clock.GetUtcNow());
        var slot = _points.GetOrAdd(point, static _ => [.. Enumerable.Range(0, Slots).Select(_ => new Slot())])[(int)(now % Slots)];
        lock (slot)
        {
            if (slot.Number != now)
            {
                slot.Counts.AsSpan().Clear();
                (slot.Number, slot.Total) = (now, 0);
            }

            slot.Counts[StepOf(took)]++;
            slot.Total++;
        }
    }

    /// <summary>Of a point: how many decisions, and the milliseconds that half and 99 % of them took at most.</summary>
    public (long Decisions, double? P50, double? P99) Of(string point)
    {
        var counts = new long[Steps * Powers];
        var total = Read(point, counts, _ => true);
        return (total, At(counts, total, 0.5), At(counts, total, 0.99));
    }

    /// <summary>The same for each slot, oldest first.</summary>
    public ImmutableArray<(DateTimeOffset At, long Decisions, double? P99)> Each(string point)
    {
        var now = Number(clock.GetUtcNow());
        return
        [
            .. Enumerable.Range(0, Slots).Select(i => now - Slots + 1 + i).Select(number =>
            {
                var counts = new long[Steps * Powers];
                var total = Read(point, counts, n => n == number);
                return (DateTimeOffset.FromUnixTimeSeconds(number * (long)SlotOf.TotalSeconds), total, At(counts, total, 0.99));
            }),
        ];
    }

    private long Read(string point, long[] counts, Func<long, bool> isAsked)
    {
        if (!_points.TryGetValue(point, out var slots))
        {
            return 0;
        }

        var (total, oldest) = (0L, Number(clock.GetUtcNow()) - Slots);
        foreach (var slot in slots)
        {
            lock (slot)
            {
                if (slot.Number <= oldest || !isAsked(slot.Number))
                {
                    continue;
                }

                total += slot.Total;
                for (var i = 0; i < counts.Length; i++)
                {
                    counts[i] += slot.Counts[i];
                }
            }
        }

        return total;
    }

    private static double? At(long[] counts, long total, double part)
    {
        var left = (long)Math.Ceiling(total * part);
        for (var i = 0; total > 0 && i < counts.Length; i++)
        {
            if ((left -= counts[i]) <= 0)
            {
                return (1L << (i / Steps)) * (1 + ((i % Steps) + 1) / (double)Steps) / 1_000;
            }
        }

        return null;
    }

    private static int StepOf(TimeSpan took)
    {
        var us = (ulong)Math.Clamp((long)took.TotalMicroseconds, 1, (1L << Powers) - 1);
        var power = BitOperations.Log2(us);
        return (power * Steps) + (int)(((us - (1UL << power)) * Steps) >> power);
    }

    private static long Number(DateTimeOffset time) => time.ToUnixTimeSeconds() / (long)SlotOf.TotalSeconds;

    private sealed class Slot
    {
        public long Number { get; set; }

        public long Total { get; set; }

        public int[] Counts { get; } = new int[Steps * Powers];
    }
}
