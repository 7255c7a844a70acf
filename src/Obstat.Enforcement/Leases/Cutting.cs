using System.Collections.Immutable;

namespace Obstat.Enforcement.Leases;

/// <summary>
/// Cuts the connections of leases that ended together. As many threads of the pool as there are processors, and each goes on to the next lease before anything else that a cut left to be done: what is left waits behind
/// them in the queues of these threads.
/// </summary>
internal sealed class Cutting : IThreadPoolWorkItem
{
    private readonly HeldLease[] _leases;
    private int _next;

    private Cutting(HeldLease[] leases) => _leases = leases;

    /// <summary>Cuts them behind the caller's back. Their latches have fallen.</summary>
    public static void Begin(ImmutableArray<HeldLease> ended)
    {
        var cutting = new Cutting([.. ended.Where(l => l.IsHeard)]);
        for (var worker = 0; worker < Math.Min(Environment.ProcessorCount, cutting._leases.Length); worker++)
        {
            _ = ThreadPool.UnsafeQueueUserWorkItem(cutting, preferLocal: false);
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        for (var at = Interlocked.Increment(ref _next) - 1; at < _leases.Length; at = Interlocked.Increment(ref _next) - 1)
        {
            _leases[at].Cut();
        }
    }
}
