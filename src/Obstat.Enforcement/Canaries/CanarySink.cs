using Obstat.Proof.Messages;

namespace Obstat.Enforcement.Canaries;

/// <summary>Where probes end: it counts effects and does nothing else. Like everything that causes an effect it takes an admission and nothing else, and none but one for itself. Safe for concurrent use.</summary>
public sealed class CanarySink
{
    private long _effects;

    /// <summary>Effects so far.</summary>
    public long Effects => Volatile.Read(ref _effects);

    /// <summary>Has an effect, unless the admission was stopped meanwhile.</summary>
    internal bool Take(Admission admission)
    {
        if (admission.Action.Server != CanaryProbe.Server)
        {
            return false;
        }

        try
        {
            admission.Begin();
        }
        catch (Stopped)
        {
            return false;
        }

        _ = Interlocked.Increment(ref _effects);
        return true;
    }
}
