using System.Collections.Immutable;

namespace Obstat.Enforcement;

/// <summary>The end of an ask: an admission or a refusal. Both ways out must be taken.</summary>
public abstract class Answer
{
    private Answer(ImmutableArray<string> visible) => Visible = visible;

    /// <summary>Names of the action's server that the caller may know of; <c>*</c> for lists without a rule of their own. For texts, never for effects.</summary>
    public ImmutableArray<string> Visible { get; }

    /// <summary>Goes on by what came.</summary>
    public abstract T Match<T>(Func<Admission, T> admitted, Func<Refused, T> refused);

    internal static Answer Yes(Admission admission, ImmutableArray<string> visible) => new Admitted(admission, visible);

    internal static Answer No(Refused refused, ImmutableArray<string> visible) => new Denied(refused, visible);

    private sealed class Admitted(Admission admission, ImmutableArray<string> visible) : Answer(visible)
    {
        public override T Match<T>(Func<Admission, T> admitted, Func<Refused, T> refused) => admitted(admission);
    }

    private sealed class Denied(Refused refusal, ImmutableArray<string> visible) : Answer(visible)
    {
        public override T Match<T>(Func<Admission, T> admitted, Func<Refused, T> refused) => refused(refusal);
    }
}
