using System.Collections.Concurrent;
using System.Security.Cryptography;
using Obstat.Proof.Jws;
using Obstat.Proof.Leases;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;

namespace Obstat.Enforcement.Leases;

/// <summary>
/// Opens leases, beats for them and tells what stopped. All of it only ever prolongs: whatever is late, lost or wrong here ends in silence, and silence is a stop.
/// </summary>
internal sealed class LeaseKeeper(Door door, PlaneClient client, IPointClock clock, DoorWorker worker, StopTimes times) : IAsyncDisposable
{
    private const int InFlightMax = 8;
    private static readonly TimeSpan CloseTime = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(100);

    // What an order stops is acknowledged together.
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _signal = new(0);
    private readonly ConcurrentQueue<StoppedLease> _stopped = new();
    private readonly ConcurrentDictionary<Task, bool> _running = new();
    private Task _beating = Task.CompletedTask;
    private int _inFlight;
    private int _gathering;
    private TimeSpan _toldHeld;
    private long _renewMs = LeaseLimits.TtlMsMax;

    public void Start() => _beating = Task.Run(BeatAsync);

    /// <summary>A lease is held: tells the plane, again and again until it answers or the lease is over.</summary>
    public void Open(DoorBoot boot, HeldLease lease, string permit, TimeSpan ttl)
    {
        Volatile.Write(ref _renewMs, (long)ttl.TotalMilliseconds / 3);
        Run(() => OpenAsync(boot, lease, permit));
        _ = _signal.Release();
    }

    /// <summary>An execution was stopped: it is held no longer, and acknowledged, a moment later with whatever was stopped meanwhile.</summary>
    public void Stopped(StoppedLease stopped)
    {
        _stopped.Enqueue(stopped);
        if (Interlocked.Exchange(ref _gathering, 1) == 0)
        {
            _ = _signal.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _beating.ConfigureAwait(false);
        await Task.WhenAll(_running.Keys).ConfigureAwait(false);
        _stop.Dispose();
        _signal.Dispose();
    }

    private void Run(Func<Task> work)
    {
        var task = Task.Run(work);
        _running[task] = true;
        _ = task.ContinueWith(t => _running.TryRemove(t, out _), TaskScheduler.Default);
    }

    private async Task OpenAsync(DoorBoot boot, HeldLease lease, string permit)
    {
        var session = boot.Session;
        try
        {
            while (lease.Reason == DenyReason.Undecided && !_stop.IsCancellationRequested)
            {
                if (session.View is { } view)
                {
                    var (n, sent) = (session.Leases.NextN(), clock.Steady);
                    var request = new LeaseOpenRequest(session.Me, n, permit, lease.Execution, lease.Class, (long)StopTimes.MarginMin.TotalMilliseconds);
                    var reply = await client.PostAsync(PlaneRoutes.Leases, PlaneMessage.Write(request), CloseTime, _stop.Token).ConfigureAwait(false);
                    if (reply.Kind == PlaneReplyKind.Answered && PlaneMessage.TryRead<TokenAnswer>(reply.Body.Span, out var answer, out _)
                        && OpenedLease.TryVerify(answer.Token, KeysOf(view), out var opened, out _) && session.Leases.Take(lease, opened, n, sent, clock.Steady))
                    {
                        Volatile.Write(ref _renewMs, opened.RenewMs);
                        return;
                    }

                    if (reply is { Kind: PlaneReplyKind.Refused, Reason: not (DenyReason.IdentityUnverifiable or DenyReason.PlaneUnavailable) })
                    {
                        lease.End(reply.Reason, "beat", clock.Steady, clock.Steady);
                        return;
                    }

                    Missed(boot, reply);
                }

                await Task.Delay(Jittered(Retry), _stop.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The door closes: its leases end by themselves.
        }
    }

    private async Task BeatAsync()
    {
        var pause = Retry;
        var sent = clock.Steady;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                _ = await _signal.WaitAsync(pause, _stop.Token).ConfigureAwait(false);
                var boot = door.Boot;
                if (!_stopped.IsEmpty)
                {
                    await Task.Delay(Gather, _stop.Token).ConfigureAwait(false);
                    SendClosed(boot);
                }

                SendHeld(boot);
                var due = sent + Jittered(TimeSpan.FromMilliseconds(Volatile.Read(ref _renewMs)));
                if (clock.Steady >= due && boot.Session.View is { } view)
                {
                    sent = clock.Steady;
                    SendBeats(boot, view);
                }

                pause = Retry < due - clock.Steady || due <= clock.Steady ? Retry : due - clock.Steady;
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private void SendBeats(DoorBoot boot, PointView view)
    {
        var session = boot.Session;
        if (Volatile.Read(ref _inFlight) >= InFlightMax)
        {
            return;
        }

        // The time is taken before the first byte is handed over: what is answered later buys nothing.
        foreach (var beat in session.Leases.NextBeats(clock.Steady, clock.Wall, Random128.Next, view.Snapshot, session.Replies.Seen?.Size ?? 0, door.OrdersHead))
        {
            var body = PlaneMessage.Write(beat);
            _ = Interlocked.Increment(ref _inFlight);
            Run(async () =>
            {
                try
                {
                    var reply = await client.PostAsync(PlaneRoutes.Beat, body, TimeSpan.FromMilliseconds(LeaseLimits.TtlMsMax), _stop.Token).ConfigureAwait(false);
                    if (reply.Kind != PlaneReplyKind.Answered || !PlaneMessage.TryRead<TokenAnswer>(reply.Body.Span, out var answer, out _)
                        || !SignedBeat.TryVerify(answer.Token, KeysOf(session.View ?? view), out var signed, out _) || !session.Leases.Take(signed, clock.Steady))
                    {
                        Missed(boot, reply);
                    }
                }
                finally
                {
                    _ = Interlocked.Decrement(ref _inFlight);
                }
            });
        }
    }

    private void SendClosed(DoorBoot boot)
    {
        _ = Interlocked.Exchange(ref _gathering, 0);
        while (!_stopped.IsEmpty)
        {
            var some = new List<ClosedLease>();
            while (some.Count < LeaseCloseRequest.ClosedMax && _stopped.TryDequeue(out var one))
            {
                one.Boot.Session.Leases.Release(one.Lease);
                times.Add(one.Lease.Class, one.Took);
                some.Add(new ClosedLease(one.Lease.Id, one.Stop.Cause, one.Wall.ToUnixTimeMilliseconds(), (long)one.Took.TotalMicroseconds));
            }

            // Once: it is a courtesy to whoever waits for it, and the outcome tells the same.
            Run(async () => _ = await client.PostAsync(PlaneRoutes.CloseLease, PlaneMessage.Write(new LeaseCloseRequest(boot.Session.Me, [.. some])), CloseTime, _stop.Token).ConfigureAwait(false));
        }
    }

    /// <summary>What an operator halted here while the plane was away is told to it, until it pushes the same halt back.</summary>
    private void SendHeld(DoorBoot boot)
    {
        var held = door.Stops.Halts.Values.Where(h => h.Compact is not null).Take(HeldOrders.OrdersMax).Select(h => h.Compact!).ToArray();
        if (held.Length > 0 && boot.Session.View is not null && clock.Steady - _toldHeld > TimeSpan.FromSeconds(1))
        {
            _toldHeld = clock.Steady;
            Run(async () => _ = await client.PostAsync(PlaneRoutes.HeldOrders, PlaneMessage.Write(new HeldOrders(boot.Session.Me, [.. held])), CloseTime, _stop.Token).ConfigureAwait(false));
        }
    }

    /// <summary>The plane is away, was restarted, or does not speak for its root any more: the boot registers again, and beats go on meanwhile.</summary>
    private void Missed(DoorBoot boot, PlaneReply reply)
    {
        if (reply.Kind is PlaneReplyKind.NotSent or PlaneReplyKind.Answered or PlaneReplyKind.Refused)
        {
            worker.PlaneWasLost(boot);
        }
    }

    private JwsKeySet KeysOf(PointView view) => view.Keys.Of(KeyRole.Lease, clock.Wall.ToUnixTimeSeconds());

    private static TimeSpan Jittered(TimeSpan time) => time * (RandomNumberGenerator.GetInt32(90, 111) / 100.0);
}
