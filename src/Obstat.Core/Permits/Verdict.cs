namespace Obstat.Core.Permits;

/// <summary>What an enforcement point is told: two ways out, and both must be taken.</summary>
public abstract class Verdict
{
    private Verdict()
    {
    }

    /// <summary>Takes both ways out.</summary>
    public abstract T Match<T>(Func<ExecutionPermit, T> permitted, Func<Denial, T> denied);

    /// <summary>The action may run.</summary>
    public static Verdict Permitted(ExecutionPermit permit) => new Yes(permit);

    /// <summary>It may not.</summary>
    public static Verdict Denied(Denial denial) => new No(denial);

    private sealed class Yes(ExecutionPermit permit) : Verdict
    {
        public override T Match<T>(Func<ExecutionPermit, T> permitted, Func<Denial, T> denied) => permitted(permit);
    }

    private sealed class No(Denial denial) : Verdict
    {
        public override T Match<T>(Func<ExecutionPermit, T> permitted, Func<Denial, T> denied) => denied(denial);
    }
}
