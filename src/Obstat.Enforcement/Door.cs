using Obstat.Enforcement.Canaries;
using Obstat.Enforcement.Leases;
using Obstat.Proof;
using Obstat.Proof.Json;
using Obstat.Proof.Leases;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;

namespace Obstat.Enforcement;

/// <summary>
/// The hinge of an enforcement point: asks the plane, believes an allow through permit and receipt alone, reports what became of it. Every ask ends in an admission or a refusal, in time;
/// nothing throws because the plane is away, slow or lies. Safe for concurrent use.
/// </summary>
public sealed class Door : IAsyncDisposable
{
    /// <summary>Asks that are at the plane at once, fewer than its connections; how many more may wait, and how long.</summary>
    private const int AsksMax = 224;
    private const int WaitingMax = 256;
    private static readonly TimeSpan WaitMax = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan ProbeTime = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _asks = new(AsksMax, AsksMax);
    private readonly DoorOptions _options;
    private readonly IPointClock _clock;
    private readonly PlaneClient _client;
    private readonly PointFiles _files;
    private readonly Registrar _registrar;
    private readonly DoorWorker _worker;
    private readonly StopTimes _times = new();
    private readonly LeaseKeeper _keeper;
    private readonly Watchdog _watchdog;
    private readonly OrderReader _orders;
    private readonly StopListener? _stops;
    private DoorBoot _boot;
    private long _ordersHead;
    private int _waiting;

    private Door(DoorOptions options, IPointClock clock)
    {
        (_options, _clock) = (options, clock);
        _client = new PlaneClient(options.Plane);
        _files = new PointFiles(options.KeyFolder, options.EnrolmentFile);
        var key = _files.Key();
        var memory = _files.Memory();
        Stops.Restore(_files.Halts());
        _registrar = new Registrar(options, clock, _client, _files, key);
        _boot = NewBoot(memory);
        _worker = new DoorWorker(this, _registrar, _files, clock, options.RegisterTime);
        _keeper = new LeaseKeeper(this, _client, clock, _worker, _times);
        _watchdog = new Watchdog(this, clock, options.DiesFrozen ? new DeadMansSwitch() : null);
        _orders = new OrderReader(this, options.Plane, clock);
        _stops = options.StopSocket is { } path ? new StopListener(this, path, options.Operators, clock) : null;
    }

    /// <summary>The point and boot that this door is now.</summary>
    public string BootId => _boot.Session.Me.Boot;

    /// <summary>Whether the plane registered this boot.</summary>
    public bool IsRegistered => _boot.Session.View is not null;

    /// <summary>Thumbprint of the key that holds this boot's permits.</summary>
    public string InstanceKey => _boot.Session.Instance.Kid;

    /// <summary>What is halted or revoked here.</summary>
    public PointStops Stops { get; } = new();

    /// <summary>Executions that run under a lease.</summary>
    public int Leases => Boot.Session.Leases.Count;

    /// <summary>Number of the plane's newest order that was applied.</summary>
    internal long OrdersHead => Volatile.Read(ref _ordersHead);

    internal DoorBoot Boot => Volatile.Read(ref _boot);

    internal PointFiles Files => _files;

    internal IPointClock Clock => _clock;

    /// <summary>Hears of each order after it acted; called on the thread that took it.</summary>
    internal Action<Order>? Ordered { get; set; }

    /// <summary>Opens a door: reads or makes the point's key, and registers once. A plane that is away does not keep a door from opening; it refuses everything until the plane is back.</summary>
    /// <exception cref="InvalidDataException">A file of the point cannot be believed.</exception>
    /// <exception cref="IOException">A file of the point cannot be read, written or made durable.</exception>
    public static async Task<Door> OpenAsync(DoorOptions options, IPointClock clock, CancellationToken cancellation)
    {
        var door = new Door(options, clock);
        _ = await door._registrar.RegisterAsync(door.Boot.Session, null, options.RegisterTime, cancellation).ConfigureAwait(false);
        door._worker.Start();
        door._watchdog.Start();
        door._keeper.Start();
        door._orders.Start();
        door._stops?.Start();
        return door;
    }

    /// <summary>Asks for one action and verifies what comes back.</summary>
    /// <param name="caller">Who says he asks.</param>
    /// <param name="action">The action, made from what will be forwarded.</param>
    /// <param name="cancellation">Ends the wait with <see cref="DenyReason.Late"/>.</param>
    public async Task<Answer> AskAsync(Caller caller, CanonicalAction action, CancellationToken cancellation)
    {
        var boot = Boot;
        if (!boot.Session.Watch.IsSane())
        {
            NextBoot(boot, DenyReason.ClockUntrusted, "clock");
            return Answer.No(Refused.Of(DenyReason.ClockUntrusted), []);
        }

        if (boot.Session.Latch.HasFallen)
        {
            return Answer.No(Refused.Of(boot.Session.Latch.Reason), Asking.NamesOf(action));
        }

        // What is halted as a whole needs no question; everything else is refused by the plane, and by the permit here.
        if (Stops.Find([Scope.All, new Scope(ScopeKind.EnforcementPoint, boot.Session.Me.Id), .. Scope.OfTool(action.Server, action.Name, action.ToolHash)]) is { } stopped)
        {
            CountRefused(stopped, action.ActHash.ToArray());
            return Answer.No(Refused.Of(stopped), Asking.NamesOf(action));
        }

        // Beyond what the plane takes at once a few wait a moment; more are refused now, while the rest of the plane's connections stay for beats, reports and registrations.
        if (Interlocked.Increment(ref _waiting) > WaitingMax || !await _asks.WaitAsync(WaitMax, CancellationToken.None).ConfigureAwait(false))
        {
            _ = Interlocked.Decrement(ref _waiting);
            CountRefused(DenyReason.Late, action.ActHash.ToArray());
            return Answer.No(Refused.Of(DenyReason.Late), Asking.NamesOf(action));
        }

        _ = Interlocked.Decrement(ref _waiting);
        try
        {
            return boot.Outcomes.TryOwe()
                ? await RunAsync(boot, caller, action, TimeSpan.Zero, cancellation).ConfigureAwait(false)
                : Answer.No(Refused.Of(DenyReason.PlaneUnavailable), Asking.NamesOf(action));
        }
        finally
        {
            _ = _asks.Release();
        }
    }

    /// <summary>
    /// Asks for one of the built-in probes, the same way as for everything else. What is halted here is asked all the same: a halted plane refuses, and that is to be seen. It waits behind no caller's ask: a point that is
    /// flooded goes on proving that it is shut.
    /// </summary>
    /// <param name="boot">The boot that is to prove itself.</param>
    /// <param name="tool">The probe.</param>
    /// <param name="cancellation">Ends the wait.</param>
    internal async Task<Answer> ProbeAsync(DoorBoot boot, string tool, CancellationToken cancellation)
    {
        var session = boot.Session;
        if (!session.Watch.IsSane())
        {
            NextBoot(boot, DenyReason.ClockUntrusted, "clock");
        }

        if (session.Latch.HasFallen || !boot.Outcomes.TryOwe())
        {
            return Answer.No(Refused.Of(session.Latch.HasFallen ? session.Latch.Reason : DenyReason.PlaneUnavailable), []);
        }

        var proof = CanaryProbe.Prove(session.Instance, session.Me, _clock.Wall.ToUnixTimeSeconds(), Random128.Next());
        return await RunAsync(boot, new Caller([proof], JsonValue.EmptyObject, null), CanaryProbe.ActionOf(tool), ProbeTime, cancellation).ConfigureAwait(false);
    }

    private async Task<Answer> RunAsync(DoorBoot boot, Caller caller, CanonicalAction action, TimeSpan patience, CancellationToken cancellation)
    {
        var admitted = false;
        try
        {
            var answer = await new Asking(boot, _client, _clock, _registrar, _worker, _options.AskTime, patience, caller.Lease).RunAsync(caller, action, cancellation).ConfigureAwait(false);
            admitted = answer.Match(
                admission =>
                {
                    boot.Outcomes.Began(admission);
                    if (admission.Lease is { } lease)
                    {
                        _keeper.Open(boot, lease, admission.Presented.Permit, TimeSpan.FromSeconds(admission.Permit.Lease!.Ttl));
                    }

                    return true;
                },
                _ => false);
            return answer;
        }
        finally
        {
            // An admission is owed an outcome; a refusal is not.
            if (!admitted)
            {
                boot.Outcomes.Settle();
            }
        }
    }

    /// <summary>An execution was stopped and nothing of it reaches anybody any more: from here on its stop is acknowledged, and measured to here. Its evidence is closed later, by <see cref="Close"/>.</summary>
    public void Stop(Admission admission)
    {
        ArgumentNullException.ThrowIfNull(admission);
        var (boot, now) = (Boot, _clock.Steady);
        if (admission is { Lease: { } lease } && admission.Permit.Ep == boot.Session.Me && admission.TryStop(now))
        {
            // What was stopped is told behind the others that were stopped with it: none of them waits for it.
            if (lease.Stop is { } stop)
            {
                _keeper.Stopped(new StoppedLease(boot, lease, stop, now, _clock.Wall));
                return;
            }

            boot.Session.Leases.Release(lease);
        }
    }

    /// <summary>Closes the evidence of an admitted execution, once: queued here, delivered behind the caller's back. Never refuses; what cannot be delivered ends as an orphan at the plane.</summary>
    public void Close(Admission admission, Ending ending)
    {
        var boot = Boot;
        if (admission.Permit.Ep == boot.Session.Me && admission.TryClose())
        {
            Stop(admission);
            boot.Outcomes.Report(admission, ending with { Stopped = admission.StoppedAt ?? _clock.Steady });
        }
    }

    internal void Applied(long order)
    {
        // One reader applies them, in order; a plane that starts again counts from its epoch on, which is higher.
        if (order > OrdersHead)
        {
            Volatile.Write(ref _ordersHead, order);
        }
    }

    /// <summary>Takes an order: whoever gave it was verified. Every effect of its scope has stopped when this returns; connections are cut behind it. Returns how many leases ended.</summary>
    /// <param name="order">The order.</param>
    /// <param name="compact">As an operator signed it, to be told to the plane; null where it came from there.</param>
    /// <param name="triggered">When it came in, steady.</param>
    /// <exception cref="IOException">It acts, and it could not be remembered.</exception>
    internal int Take(Order order, string? compact, TimeSpan triggered)
    {
        var changed = Stops.Take(order, compact, triggered);
        Ordered?.Invoke(order);
        if (!changed)
        {
            return 0;
        }

        var leases = 0;
        if (order.Kind is OrderKind.Halt or OrderKind.Stop)
        {
            leases = Boot.Session.Leases.End(l => l.Scopes.Contains(order.Scope), order.Code, "order", triggered, _clock.Steady).Length;
        }

        if (order.Kind is OrderKind.Halt or OrderKind.Lift or OrderKind.Rearm)
        {
            _files.Remember(Stops.Halts.Values);
        }

        return leases;
    }

    /// <summary>Says what this point enforces by, signed by its boot, and hears what the plane published. Null: the plane did not take it.</summary>
    internal async Task<EffectiveAnswer?> SayAsync(Digest? snapshot, ProofOfClosure proof, CancellationToken cancellation)
    {
        var boot = Boot;
        var session = boot.Session;
        if (session.View is not { } view)
        {
            return null;
        }

        var said = new EffectivePolicy(
            session.Me, _options.Build, _options.Config, snapshot ?? view.Snapshot, session.Leases.Epoch, OrdersHead, [.. Stops.Halts.Keys.Order(StringComparer.Ordinal).Take(EffectivePolicy.HaltsMax)], proof,
            session.Leases.Count, _times.Known(), _clock.Wall.ToUnixTimeSeconds());
        var reply = await _client.PostAsync(PlaneRoutes.Effective, PlaneMessage.Write(new EffectiveReport(session.Me, said.Sign(session.Report))), _options.RegisterTime, cancellation).ConfigureAwait(false);
        if (reply.Kind is PlaneReplyKind.NotSent or PlaneReplyKind.Refused)
        {
            _worker.PlaneWasLost(boot);
        }

        return reply.Kind == PlaneReplyKind.Answered && PlaneMessage.TryRead<EffectiveAnswer>(reply.Body.Span, out var answer, out _) ? answer : null;
    }

    /// <summary>Tells the plane that a probe failed. True when it is recorded there.</summary>
    internal async Task<bool> TellAsync(Breach breach, CancellationToken cancellation)
    {
        var body = PlaneMessage.Write(new CanaryFailed(Boot.Session.Me, breach.Halt, breach.Cause));
        var reply = await _client.PostAsync(PlaneRoutes.CanaryFailed, body, _options.RegisterTime, cancellation).ConfigureAwait(false);
        return reply.Kind == PlaneReplyKind.Answered && PlaneMessage.TryRead<EntryAnswer>(reply.Body.Span, out _, out _);
    }

    /// <summary>Counts a message that was refused before anybody could be asked; reported each second.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="received">The bytes received; only their digest is kept.</param>
    public void CountRefused(DenyReason reason, ReadOnlySpan<byte> received)
    {
        var session = Boot.Session;
        session.Refusals.Count(session.NextSeq(), reason, Digest.Of(received));
    }

    /// <summary>Sends what can still be sent, within a second, and remembers.</summary>
    public async ValueTask DisposeAsync()
    {
        _stops?.Dispose();
        _orders.Dispose();
        await _keeper.DisposeAsync().ConfigureAwait(false);
        _watchdog.Dispose();
        await _worker.DisposeAsync().ConfigureAwait(false);
        Boot.Dispose();
        _registrar.Dispose();
        _client.Dispose();
        _asks.Dispose();
    }

    /// <summary>Ends a boot whose clock stepped, or whose evidence cannot go on: its admissions stop, its permits can never run, and another boot begins.</summary>
    internal void NextBoot(DoorBoot ended, DenyReason why, string cause)
    {
        _ = ended.Session.Latch.Fall(why);
        var now = _clock.Steady;
        _ = ended.Session.Leases.End(static _ => true, why, cause, now, now);
        if (ReferenceEquals(Boot, ended) && ReferenceEquals(Interlocked.CompareExchange(ref _boot, NewBoot(ended.Session.Memory), ended), ended))
        {
            _worker.Wake();
        }
    }

    private DoorBoot NewBoot(PointMemory before)
    {
        var session = new PointSession(_options.PointId, _clock, before, Stops, _times);
        return new DoorBoot(session, new OutcomeReporter(session, _client, _clock, _options.OutcomesMax), _client);
    }
}
