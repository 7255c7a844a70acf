using System.Collections.Immutable;
using Obstat.Proof.Leases;

namespace Obstat.Enforcement.Leases;

/// <summary>How long stops of each class took here, the newest 128: the margin by which a point ends a lease before its time. Safe for concurrent use.</summary>
public sealed class StopTimes
{
    /// <summary>The margin at least: 50 ms.</summary>
    public static readonly TimeSpan MarginMin = TimeSpan.FromMilliseconds(50);

    private const int Max = 128;

    private readonly Lock _lock = new();
    private readonly Dictionary<LeaseClass, Queue<TimeSpan>> _took = [];

    /// <summary>A stop took so long.</summary>
    public void Add(LeaseClass kind, TimeSpan took)
    {
        lock (_lock)
        {
            if (!_took.TryGetValue(kind, out var of))
            {
                _took.Add(kind, of = new Queue<TimeSpan>(Max));
            }

            if (of.Count == Max)
            {
                _ = of.Dequeue();
            }

            of.Enqueue(took);
        }
    }

    /// <summary>The classes that were stopped here, with their margin in microseconds.</summary>
    public ImmutableSortedDictionary<LeaseClass, long> Known()
    {
        lock (_lock)
        {
            return _took.Keys.ToImmutableSortedDictionary(kind => kind, kind => (long)Margin(kind).TotalMicroseconds);
        }
    }

    /// <summary>The slowest but one of the newest, at least <see cref="MarginMin"/>.</summary>
    public TimeSpan Margin(LeaseClass kind)
    {
        lock (_lock)
        {
            var slow = _took.TryGetValue(kind, out var of) ? of.OrderDescending().Take(2).Last() : TimeSpan.Zero;
            return slow > MarginMin ? slow : MarginMin;
        }
    }
}
