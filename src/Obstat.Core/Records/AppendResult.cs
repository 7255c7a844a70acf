using Obstat.Proof.Reasons;

namespace Obstat.Core.Records;

/// <summary>What became of a draft: it is durable, or it was refused and nothing may follow from it.</summary>
public abstract class AppendResult
{
    private AppendResult()
    {
    }

    /// <summary>Takes both ways out.</summary>
    public abstract T Match<T>(Func<Appended, T> appended, Func<DenyReason, T> refused);

    /// <summary>It is durable.</summary>
    public static AppendResult Durable(Appended entry) => new Yes(entry);

    /// <summary>It was refused, or its durability was not known in time.</summary>
    public static AppendResult Refused(DenyReason reason) => new No(reason == DenyReason.Undecided ? DenyReason.Fault : reason);

    private sealed class Yes(Appended entry) : AppendResult
    {
        public override T Match<T>(Func<Appended, T> appended, Func<DenyReason, T> refused) => appended(entry);
    }

    private sealed class No(DenyReason reason) : AppendResult
    {
        public override T Match<T>(Func<Appended, T> appended, Func<DenyReason, T> refused) => refused(reason);
    }
}
