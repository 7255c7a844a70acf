namespace Obstat.Enforcement.Leases;

/// <summary>
/// Leases by the time at which they are to be looked at, in slots of 10 ms. A renewal moves nothing: what is looked at too early is put in again, so each lease costs one look for each of its lives.
/// Its owner locks.
/// </summary>
internal sealed class DeadlineWheel
{
    private const int Slots = 1024;
    private static readonly long SlotTicks = TimeSpan.FromMilliseconds(10).Ticks;

    private readonly List<HeldLease>?[] _slots = new List<HeldLease>?[Slots];
    private long _next = long.MinValue;

    /// <summary>Puts a lease in.</summary>
    public void Add(HeldLease lease, TimeSpan lookAt)
    {
        var slot = lookAt.Ticks / SlotTicks;
        if (_next != long.MinValue)
        {
            // Beyond the wheel's turn it is looked at once in between; behind its hand, at once.
            slot = Math.Clamp(slot, _next, _next + Slots - 1);
        }

        (_slots[Math.Abs(slot % Slots)] ??= []).Add(lease);
    }

    /// <summary>Looks at everything whose time has come. What <paramref name="look"/> gives a time is put in again for it.</summary>
    public void Sweep(TimeSpan now, Func<HeldLease, TimeSpan?> look)
    {
        var until = now.Ticks / SlotTicks;
        var from = _next == long.MinValue ? until - Slots + 1 : Math.Max(_next, until - Slots + 1);
        _next = until + 1;
        for (var slot = from; slot <= until; slot++)
        {
            var list = _slots[Math.Abs(slot % Slots)];
            if (list is not { Count: > 0 })
            {
                continue;
            }

            HeldLease[] due = [.. list];
            list.Clear();
            foreach (var lease in due)
            {
                if (look(lease) is { } again)
                {
                    Add(lease, again);
                }
            }
        }
    }
}
