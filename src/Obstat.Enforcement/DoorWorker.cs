using System.Security.Cryptography;
using Obstat.Proof.Reasons;

namespace Obstat.Enforcement;

/// <summary>What a door does behind its callers' backs: registers again when the plane is back, reports outcomes, refusals and coverage, remembers.</summary>
internal sealed class DoorWorker(Door door, Registrar registrar, PointFiles files, IPointClock clock, TimeSpan registerTime) : IAsyncDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _signal = new(0);
    private Task _sending = Task.CompletedTask;
    private Task _minding = Task.CompletedTask;
    private DoorBoot? _lost;
    private long _keysFetched = long.MinValue;
    private PointMemory? _remembered;

    public void Start() => (_sending, _minding) = (SendAsync(), MindAsync());

    /// <summary>Something is to be done now.</summary>
    public void Wake()
    {
        door.Boot.Outcomes.Wake();
        _ = _signal.Release();
    }

    /// <summary>The plane did not answer this boot: it is registered again until one answers.</summary>
    public void PlaneWasLost(DoorBoot boot)
    {
        if (!ReferenceEquals(Interlocked.Exchange(ref _lost, boot), boot))
        {
            Wake();
        }
    }

    /// <summary>
    /// Whether a permit under an unknown key may cause a registration now, whose answer has the keys. At most one in 5 s, or an attacker would drive them; a boot that lost its plane registers again anyway.
    /// </summary>
    public bool MayFetchKeys(DoorBoot boot)
    {
        if (ReferenceEquals(Volatile.Read(ref _lost), boot))
        {
            return true;
        }

        var (now, before) = (Environment.TickCount64, Volatile.Read(ref _keysFetched));
        return (before == long.MinValue || now - before > 5000) && Interlocked.CompareExchange(ref _keysFetched, now, before) == before;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_sending, _minding).ConfigureAwait(false);
        using var last = new CancellationTokenSource(Second);
        var boot = door.Boot;
        _ = boot.Session.View is not null && await boot.SendRefusalsAsync(last.Token).ConfigureAwait(false) && await boot.Outcomes.CloseAsync(last.Token).ConfigureAwait(false);
        Remember();
        _stop.Dispose();
        _signal.Dispose();
    }

    /// <summary>Outcomes as they come; after a failure again with growing pauses.</summary>
    private async Task SendAsync()
    {
        var pause = FirstPause;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var boot = door.Boot;
                await boot.Outcomes.WaitAsync(Second, _stop.Token).ConfigureAwait(false);
                while (boot.Session.View is not null && !_stop.IsCancellationRequested && boot.Outcomes.Lost == 0 && !await boot.Outcomes.SendAsync(_stop.Token).ConfigureAwait(false))
                {
                    PlaneWasLost(boot);
                    await Task.Delay(Jittered(pause), _stop.Token).ConfigureAwait(false);
                    pause = Longer(pause);
                }

                if (boot.Outcomes.Lost > 0)
                {
                    // Nothing can join a report that will never be recorded: what ends from here on is told by a new boot.
                    door.NextBoot(boot, DenyReason.Fault, "evidence");
                }

                pause = FirstPause;
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>Each second, or when woken: the clock, the registration, refusals, memory.</summary>
    private async Task MindAsync()
    {
        var pause = FirstPause;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var boot = door.Boot;
                _ = await _signal.WaitAsync(MustRegister(boot) ? Jittered(pause) : Second, _stop.Token).ConfigureAwait(false);
                boot = door.Boot;
                if (!boot.Session.Watch.IsSane())
                {
                    door.NextBoot(boot, DenyReason.ClockUntrusted, "clock");
                    continue;
                }

                if (MustRegister(boot))
                {
                    pause = await TryRegisterAsync(boot).ConfigureAwait(false) ? FirstPause : Longer(pause);
                }
                else if (!await boot.SendRefusalsAsync(_stop.Token).ConfigureAwait(false))
                {
                    PlaneWasLost(boot);
                }

                Remember();
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private bool MustRegister(DoorBoot boot)
        => ReferenceEquals(Volatile.Read(ref _lost), boot) || boot.Session.View is not { } view || clock.Steady >= view.RenewAt;

    private async Task<bool> TryRegisterAsync(DoorBoot boot)
    {
        if (!await registrar.RegisterAsync(boot.Session, boot.Session.View, registerTime, _stop.Token).ConfigureAwait(false))
        {
            if (boot.Session.LogChanged)
            {
                door.NextBoot(boot, DenyReason.LedgerUnavailable, "log");
            }

            return false;
        }

        _ = Interlocked.CompareExchange(ref _lost, null, boot);
        boot.Outcomes.Wake();
        return true;
    }

    private void Remember()
    {
        var memory = door.Boot.Session.Memory;
        if (memory != _remembered)
        {
            try
            {
                files.Remember(memory);
                _remembered = memory;
            }
            catch (IOException)
            {
                // Tried again in a second. What is lost by a crash until then is a witness's memory, never a permission.
            }
        }
    }

    private static TimeSpan Longer(TimeSpan pause) => pause < Second / 2 ? pause * 2 : Second;

    private static TimeSpan Jittered(TimeSpan pause) => pause * (RandomNumberGenerator.GetInt32(80, 121) / 100.0);
}
