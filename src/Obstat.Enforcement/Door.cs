using Obstat.Proof;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;

namespace Obstat.Enforcement;

/// <summary>
/// The hinge of an enforcement point: asks the plane, believes an allow through permit and receipt alone, reports what became of it. Every ask ends in an admission or a refusal, in time;
/// nothing throws because the plane is away, slow or lies. Safe for concurrent use.
/// </summary>
public sealed class Door : IAsyncDisposable
{
    private readonly DoorOptions _options;
    private readonly IPointClock _clock;
    private readonly PlaneClient _client;
    private readonly PointFiles _files;
    private readonly Registrar _registrar;
    private readonly DoorWorker _worker;
    private DoorBoot _boot;

    private Door(DoorOptions options, IPointClock clock)
    {
        (_options, _clock) = (options, clock);
        _client = new PlaneClient(options.Plane);
        _files = new PointFiles(options.KeyFolder, options.EnrolmentFile);
        var key = _files.Key();
        var memory = _files.Memory();
        _registrar = new Registrar(options, clock, _client, _files, key);
        _boot = NewBoot(memory);
        _worker = new DoorWorker(this, _registrar, _files, clock, options.RegisterTime);
    }

    /// <summary>The point and boot that this door is now.</summary>
    public string BootId => _boot.Session.Me.Boot;

    /// <summary>Whether the plane registered this boot.</summary>
    public bool IsRegistered => _boot.Session.View is not null;

    /// <summary>Thumbprint of the key that holds this boot's permits.</summary>
    public string InstanceKey => _boot.Session.Instance.Kid;

    internal DoorBoot Boot => Volatile.Read(ref _boot);

    /// <summary>Opens a door: reads or makes the point's key, and registers once. A plane that is away does not keep a door from opening; it refuses everything until the plane is back.</summary>
    /// <exception cref="InvalidDataException">A file of the point cannot be believed.</exception>
    /// <exception cref="IOException">A file of the point cannot be read, written or made durable.</exception>
    public static async Task<Door> OpenAsync(DoorOptions options, IPointClock clock, CancellationToken cancellation)
    {
        var door = new Door(options, clock);
        _ = await door._registrar.RegisterAsync(door.Boot.Session, null, options.RegisterTime, cancellation).ConfigureAwait(false);
        door._worker.Start();
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
            NextBoot(boot);
            return Answer.No(Refused.Of(DenyReason.ClockUntrusted), []);
        }

        if (boot.Session.Latch.HasFallen)
        {
            return Answer.No(Refused.Of(boot.Session.Latch.Reason), Asking.NamesOf(action));
        }

        if (!boot.Outcomes.TryOwe())
        {
            return Answer.No(Refused.Of(DenyReason.PlaneUnavailable), Asking.NamesOf(action));
        }

        var admitted = false;
        try
        {
            var answer = await new Asking(boot, _client, _clock, _registrar, _worker, _options.AskTime).RunAsync(caller, action, cancellation).ConfigureAwait(false);
            admitted = answer.Match(_ => true, _ => false);
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

    /// <summary>Closes the evidence of an admitted execution, once: queued here, delivered behind the caller's back. Never refuses; what cannot be delivered ends as an orphan at the plane.</summary>
    public void Close(Admission admission, Ending ending)
    {
        var boot = Boot;
        if (admission.Permit.Ep == boot.Session.Me && admission.TryClose())
        {
            boot.Outcomes.Report(admission, ending);
        }
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
        await _worker.DisposeAsync().ConfigureAwait(false);
        Boot.Dispose();
        _registrar.Dispose();
        _client.Dispose();
    }

    /// <summary>Ends a boot whose clock stepped: its admissions stop, its permits can never run, and another boot begins.</summary>
    internal void NextBoot(DoorBoot ended)
    {
        ended.Session.Latch.Fall(DenyReason.ClockUntrusted);
        if (ReferenceEquals(Boot, ended) && ReferenceEquals(Interlocked.CompareExchange(ref _boot, NewBoot(ended.Session.Memory), ended), ended))
        {
            _worker.Wake();
        }
    }

    private DoorBoot NewBoot(PointMemory before)
    {
        var session = new PointSession(_options.PointId, _clock, before);
        return new DoorBoot(session, new OutcomeReporter(session, _client, _clock, _options.OutcomesMax), _client);
    }
}
