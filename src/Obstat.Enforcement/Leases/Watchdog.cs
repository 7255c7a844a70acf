using Obstat.Proof.Reasons;

namespace Obstat.Enforcement.Leases;

/// <summary>
/// Ends what is past its deadline, each 10 ms, on a thread of its own: the pool may be starved when a stop is due. Effects do not wait for it; it is for those that are silent themselves.
/// Where it is itself kept from running while a lease ends, the kernel kills the process instead.
/// </summary>
internal sealed class Watchdog(Door door, IPointClock clock, DeadMansSwitch? deadMan) : IDisposable
{
    /// <summary>How long after a deadline the kernel takes over: 250 ms, many turns of this thread on a busy machine.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    // Who ends first is asked of every lease: each 50 ms, and whenever their number changed. Far less than the patience, so nothing that was renewed is killed for it.
    private const int GuardTurns = 5;

    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(10);

    private readonly ManualResetEventSlim _stop = new();
    private Thread? _thread;

    public void Start()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "lease watchdog", Priority = ThreadPriority.Highest };
        _thread.Start();
    }

    public void Dispose()
    {
        _stop.Set();
        _thread?.Join();
        _stop.Dispose();
        deadMan?.Dispose();
    }

    private void Run()
    {
        var (turn, guarded) = (0, 0);
        while (!_stop.Wait(Every))
        {
            var session = door.Boot.Session;
            var (steady, wall) = (clock.Steady, clock.Wall);
            if (!session.Watch.IsSane(steady, wall))
            {
                door.NextBoot(door.Boot, DenyReason.ClockUntrusted, "clock");
            }
            else if (session.Latch.HasFallen)
            {
                _ = session.Leases.End(static _ => true, session.Latch.Reason, "order", steady, steady);
            }
            else
            {
                session.Leases.Sweep(steady, wall);
            }

            var leases = door.Boot.Session.Leases;
            if (deadMan is not null && (leases.Count != guarded || ++turn >= GuardTurns))
            {
                (turn, guarded) = (0, leases.Count);
                deadMan.Set(leases.EarliestEnd(steady, wall) + Patience);
            }
        }
    }
}
