using System.Collections.Immutable;
using Obstat.Enforcement;
using Obstat.Gateway.Denials;

namespace Obstat.Gateway.Doors;

/// <summary>The answer to one ask: an admission, or the reason why not. Both ways out must be taken.</summary>
internal abstract class Ruling
{
    private Ruling(ImmutableArray<string> visible) => Visible = visible.IsDefault ? [] : visible;

    /// <summary>Names of the server's tools that this caller may know of; <c>*</c> stands for all items of a list without names.</summary>
    public ImmutableArray<string> Visible { get; }

    /// <summary>Goes on by what was ruled.</summary>
    public abstract T Match<T>(Func<Admission, T> admitted, Func<Denial, T> refused);

    /// <summary>Admitted.</summary>
    public static Ruling Yes(Admission admission, ImmutableArray<string> visible) => new Admitted(admission, visible);

    /// <summary>Refused.</summary>
    public static Ruling No(Denial refusal, ImmutableArray<string> visible) => new Denied(refusal, visible);

    private sealed class Admitted(Admission admission, ImmutableArray<string> visible) : Ruling(visible)
    {
        public override T Match<T>(Func<Admission, T> admitted, Func<Denial, T> refused) => admitted(admission);
    }

    private sealed class Denied(Denial refusal, ImmutableArray<string> visible) : Ruling(visible)
    {
        public override T Match<T>(Func<Admission, T> admitted, Func<Denial, T> refused) => refused(refusal);
    }
}
