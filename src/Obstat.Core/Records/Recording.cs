using Obstat.Proof.Reasons;

namespace Obstat.Core.Records;

/// <summary>What recording gave: a proven entry, or the reason why there is none.</summary>
public abstract class Recording
{
    private Recording()
    {
    }

    /// <summary>Takes both ways out.</summary>
    public abstract T Match<T>(Func<Recorded, T> recorded, Func<DenyReason, T> refused);

    internal static Recording Made(Recorded recorded) => new Yes(recorded);

    internal static Recording Refused(DenyReason reason) => new No(reason == DenyReason.Undecided ? DenyReason.Fault : reason);

    private sealed class Yes(Recorded made) : Recording
    {
        public override T Match<T>(Func<Recorded, T> recorded, Func<DenyReason, T> refused) => recorded(made);
    }

    private sealed class No(DenyReason reason) : Recording
    {
        public override T Match<T>(Func<Recorded, T> recorded, Func<DenyReason, T> refused) => refused(reason);
    }
}
