using Obstat.Enforcement.Canaries;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;

namespace Obstat.Enforcement;

/// <summary>
/// The door of a point that proved that it is shut, and the only one that callers are to be let through. Each boot proves it before its first ask: a forbidden probe was refused by the plane and its entry verified here; and before its first
/// admission: a permitted probe passed, and its permit was refused after each of seven changes. The probes repeat. One that has an effect, or is refused for a wrong reason, disarms the point: everything is refused (<c>Fault</c>)
/// until an operator arms it again and the probes pass. Safe for concurrent use.
/// </summary>
public sealed class ArmedDoor : IAsyncDisposable
{
    private readonly Door _door;
    private readonly CanaryWatch _watch;

    private ArmedDoor(Door door, CanaryWatch watch) => (_door, _watch) = (door, watch);

    /// <summary>Effects of probes, the permitted ones included.</summary>
    public long ProbeEffects => _watch.Sink.Effects;

    /// <summary>What the probes showed until now.</summary>
    public ProofOfClosure Proof => _watch.Proof;

    /// <summary>Arms a door: waits, however long it takes, until the probes passed. Nothing is to listen before.</summary>
    /// <param name="door">The door.</param>
    /// <param name="told">Takes lines for the operator's log.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="OperationCanceledException">Given up: nothing was armed.</exception>
    public static async Task<ArmedDoor> ArmAsync(Door door, Action<string> told, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(door);
        var watch = new CanaryWatch(door, told);
        try
        {
            await watch.ArmedAsync(cancellation).ConfigureAwait(false);
            return new ArmedDoor(door, watch);
        }
        catch
        {
            await watch.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Asks for one action, as <see cref="Door.AskAsync"/> does, of a boot that is armed; the first ask of a new boot waits for its probes.</summary>
    /// <param name="caller">Who says he asks.</param>
    /// <param name="action">The action, made from what will be forwarded. The probes' own are refused: nobody else asks for them.</param>
    /// <param name="cancellation">Ends the wait with <see cref="DenyReason.Late"/>.</param>
    public async Task<Answer> AskAsync(Caller caller, CanonicalAction action, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(action);
        if (action.Server == CanaryProbe.Server)
        {
            return Answer.No(Refused.Of(DenyReason.UnknownAction), []);
        }

        if (!await _watch.IsArmedAsync(cancellation).ConfigureAwait(false))
        {
            return Answer.No(Refused.Of(_watch.Refusing), Asking.NamesOf(action));
        }

        var answer = await _door.AskAsync(caller, action, cancellation).ConfigureAwait(false);
        if (answer.Match<Admission?>(admission => admission, _ => null) is not { } admission || await _watch.IsPermitProvedAsync(cancellation).ConfigureAwait(false))
        {
            return answer;
        }

        _door.Close(admission, new Ending(EndResult.Refused, DenyReason.Fault, null, _door.Clock.Wall, 0, 0));
        return Answer.No(Refused.Of(DenyReason.Fault), answer.Visible);
    }

    /// <summary>An execution was stopped and nothing of it goes on, as <see cref="Door.Stop"/>.</summary>
    public void Stop(Admission admission) => _door.Stop(admission);

    /// <summary>Closes the evidence of an admitted execution, as <see cref="Door.Close"/>.</summary>
    public void Close(Admission admission, Ending ending) => _door.Close(admission, ending);

    /// <summary>Counts a message that was refused before anybody could be asked, as <see cref="Door.CountRefused"/>.</summary>
    public void CountRefused(DenyReason reason, ReadOnlySpan<byte> received) => _door.CountRefused(reason, received);

    /// <summary>Runs the probes now, all of them, as the interval would.</summary>
    internal Task ProveAsync(CancellationToken cancellation) => _watch.ProveAsync(cancellation);

    /// <summary>Ends the probes. The door stays open, and is its owner's to close.</summary>
    public ValueTask DisposeAsync() => _watch.DisposeAsync();
}
