using System.Security.Cryptography;
using Obstat.Proof.Leases;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;

namespace Obstat.Enforcement.Canaries;

/// <summary>When the probes of a door run, what they mean for it, and what is told of them. Safe for concurrent use.</summary>
internal sealed class CanaryWatch : IAsyncDisposable
{
    /// <summary>How often every probe runs; the forbidden one runs at each interval that the plane names.</summary>
    public static readonly TimeSpan WholeEvery = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(1);

    private readonly Door _door;
    private readonly Action<string> _told;
    private readonly CanaryRound _round;
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _signal = new(0);
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _armed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _running = Task.CompletedTask;
    private Task _proving = Task.CompletedTask;
    private TimeSpan _interval = Interval;
    private TimeSpan _wholeAt;
    private bool _mustBeWhole;
    private Breach? _breach;
    private Closure _closure;

    public CanaryWatch(Door door, Action<string> told)
    {
        (_door, _told) = (door, told);
        _round = new CanaryRound(door, Sink);
        _closure = new Closure(door.BootId);
        _breach = door.Files.Breach();
        door.Ordered = TakeOrder;
        if (_breach is { } breach)
        {
            told($"not armed: a probe failed before ({breach.Cause}); fix: find out why, then: obstat rearm {door.Boot.Session.Me.Id}");
        }

        _running = Task.Run(RunAsync);
    }

    public CanarySink Sink { get; } = new();

    /// <summary>The code for what is refused while the boot is not armed.</summary>
    public DenyReason Refusing => Volatile.Read(ref _breach) is not null ? DenyReason.Fault : Now.Unarmed;

    public ProofOfClosure Proof
    {
        get
        {
            var (closure, breach, steady) = (Now, Volatile.Read(ref _breach), _door.Clock.Steady);
            return new ProofOfClosure(
                Age(breach is null ? closure.ArmedAt : null), Age(closure.ClosedAt), Age(closure.AllowedAt), closure.Refusing == DenyReason.Undecided ? null : closure.Refusing, breach?.Effects ?? 0, breach?.Cause);

            long? Age(TimeSpan? at) => at is { } then ? (long)(steady - then).TotalMilliseconds : null;
        }
    }

    // What another boot showed says nothing of this one.
    private Closure Now => Volatile.Read(ref _closure) is var closure && closure.Boot == _door.BootId ? closure : new Closure(_door.BootId);

    // A point whose probes ended by a bug is not proved any more.
    private bool IsArmed => Volatile.Read(ref _breach) is null && Now.ArmedAt is not null && !_running.IsFaulted;

    /// <summary>Waits until the boot is armed.</summary>
    public Task ArmedAsync(CancellationToken cancellation) => _armed.Task.WaitAsync(cancellation);

    /// <summary>Whether the boot is armed; one that was not yet is probed now.</summary>
    public ValueTask<bool> IsArmedAsync(CancellationToken cancellation) => IsArmed ? new ValueTask<bool>(true) : ProvedAsync(() => IsArmed, cancellation);

    /// <summary>Whether altered permits were refused in this boot; where that was not shown yet, it is tried now.</summary>
    public ValueTask<bool> IsPermitProvedAsync(CancellationToken cancellation)
    {
        return IsProved() ? new ValueTask<bool>(true) : ProvedAsync(IsProved, cancellation);

        bool IsProved() => IsArmed && Now.AllowedAt is not null;
    }

    /// <summary>Runs every probe now; who comes meanwhile waits for the same ones.</summary>
    public Task ProveAsync(CancellationToken cancellation) => Proving(whole: true).WaitAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        _door.Ordered = null;
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        await _proving.ConfigureAwait(false);
        _round.Uncounted(_door.Boot);
        _ = _armed.TrySetCanceled();
        _stop.Dispose();
        _signal.Dispose();
    }

    private async ValueTask<bool> ProvedAsync(Func<bool> isProved, CancellationToken cancellation)
    {
        if (Volatile.Read(ref _breach) is not null)
        {
            return false;
        }

        try
        {
            await ProveAsync(cancellation).ConfigureAwait(false);
            return isProved();
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private Task Proving(bool whole)
    {
        lock (_lock)
        {
            return _proving = _proving.IsCompleted ? ProbeAsync(whole) : _proving;
        }
    }

    private async Task ProbeAsync(bool whole)
    {
        await Task.Yield();
        if (Volatile.Read(ref _breach) is not null)
        {
            return;
        }

        var boot = _door.Boot;
        var was = Volatile.Read(ref _closure) is var closure && closure.Boot == boot.Session.Me.Boot ? closure : new Closure(boot.Session.Me.Boot);
        try
        {
            var (now, breach) = await _round.RunAsync(boot, was, whole, _stop.Token).ConfigureAwait(false);
            Volatile.Write(ref _closure, now);
            _wholeAt = whole ? _door.Clock.Steady : _wholeAt;
            if (breach is not null)
            {
                Disarm(boot, breach);
            }
        }
        catch (OperationCanceledException)
        {
            // The process ends.
        }
    }

    private void Disarm(DoorBoot boot, Breach breach)
    {
        // In this order: nothing new, nothing of before, then what needs a disk.
        Volatile.Write(ref _breach, breach);
        _door.NextBoot(boot, DenyReason.Fault, "canary");
        _told($"DISARMED: {breach.Cause}; everything is refused; fix: find out why, then: obstat rearm {boot.Session.Me.Id}");
        try
        {
            _door.Files.Remember(breach);
        }
        catch (IOException e)
        {
            _told($"that it is disarmed cannot be remembered over a restart: {e.Message}");
        }

        Wake();
    }

    private void TakeOrder(Order order)
    {
        if (order.Kind is not (OrderKind.Lift or OrderKind.Rearm))
        {
            return;
        }

        if (Volatile.Read(ref _breach) is { } breach && breach.Halt == order.Id)
        {
            _door.Files.ForgetBreach();
            Volatile.Write(ref _breach, null);
            _told("to be armed again, by an operator's order: the probes run anew");
        }

        Volatile.Write(ref _mustBeWhole, true);
        Wake();
    }

    private void Wake()
    {
        if (!_stop.IsCancellationRequested)
        {
            _ = _signal.Release();
        }
    }

    private async Task RunAsync()
    {
        var pause = PauseMin;
        var isFirst = true;
        try
        {
            while (true)
            {
                // Why the permitted one was refused last may be over - a drain, a moment of too many asks: looked at with the next round.
                var whole = !IsArmed || Now.AllowedAt is null || Now.Refusing != DenyReason.Undecided || Volatile.Read(ref _mustBeWhole) || _door.Clock.Steady - _wholeAt >= WholeEvery;
                Volatile.Write(ref _mustBeWhole, false);
                await Proving(whole).ConfigureAwait(false);
                if (isFirst && !IsArmed && Volatile.Read(ref _breach) is null)
                {
                    isFirst = false;
                    _told($"not armed yet ({Now.Unarmed.ToCode()}): nothing is served before a forbidden probe was refused and recorded");
                }

                await TellAsync().ConfigureAwait(false);
                if (IsArmed && _armed.TrySetResult())
                {
                    _told("armed: a forbidden probe was refused and recorded" + (Now.AllowedAt is null ? $"; the permitted one was refused with {Now.Refusing.ToCode()}" : ", a permitted one passed, its permit was refused after each of seven changes"));
                }

                pause = IsArmed || Volatile.Read(ref _breach) is not null ? PauseMin : pause < PauseMax / 2 ? pause * 2 : PauseMax;
                var time = Volatile.Read(ref _mustBeWhole) ? TimeSpan.Zero : IsArmed ? _interval : Volatile.Read(ref _breach) is not null ? PauseMax : pause;
                await WaitAsync(time * (RandomNumberGenerator.GetInt32(90, 111) / 100.0)).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The process ends.
        }
    }

    /// <summary>Waits for the next round, and says meanwhile, many times in an interval, that the point is there: a point that is stopped or dead says nothing.</summary>
    private async Task WaitAsync(TimeSpan time)
    {
        var until = _door.Clock.Steady + time;
        for (var left = time; !Volatile.Read(ref _mustBeWhole); left = until - _door.Clock.Steady)
        {
            var pulse = _interval / EffectivePolicy.SaidInInterval;
            if (left <= pulse)
            {
                _ = left > TimeSpan.Zero && await _signal.WaitAsync(left, _stop.Token).ConfigureAwait(false);
                return;
            }

            if (await _signal.WaitAsync(pulse, _stop.Token).ConfigureAwait(false))
            {
                return;
            }

            await TellAsync().ConfigureAwait(false);
        }
    }

    private async Task TellAsync()
    {
        if (Volatile.Read(ref _breach) is { IsTold: false } breach && await _door.TellAsync(breach, _stop.Token).ConfigureAwait(false)
            && ReferenceEquals(Interlocked.CompareExchange(ref _breach, breach with { IsTold = true }, breach), breach))
        {
            try
            {
                _door.Files.Remember(breach with { IsTold = true });
            }
            catch (IOException)
            {
                // Told again after a restart: the plane knows the halt by its id.
            }
        }

        var snapshot = Now.Snapshot;
        if (await _door.SayAsync(snapshot, Proof, _stop.Token).ConfigureAwait(false) is { } published)
        {
            _interval = TimeSpan.FromMilliseconds(published.IntervalMs);

            // What the plane has in force is believed when an entry shows that it decided by it.
            if (IsArmed && snapshot is not null && published.Snapshot != snapshot && _door.Clock.Steady - _wholeAt > PauseMax)
            {
                Volatile.Write(ref _mustBeWhole, true);
            }
        }
    }
}
