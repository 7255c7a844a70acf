using System.Collections.Immutable;

namespace Obstat.Console.Api;

/// <summary>The plane is there.</summary>
/// <param name="At">Its time.</param>
/// <param name="Entries">Entries of the ledger.</param>
/// <param name="Refusing">Null: it serves. Otherwise the code that every ask is refused with now.</param>
/// <param name="Halts">How many halts are in force.</param>
/// <param name="Proved">What probes show; null where no probe runs.</param>
public sealed record BeatView(DateTimeOffset At, long Entries, string? Refusing, int Halts, ProvedView? Proved)
{
    /// <summary>What is not as it should be, as <see cref="StateView.Troubles"/>.</summary>
    public ImmutableArray<TroubleView> Troubles { get; init; } = [];

    /// <summary>Whether this beat says of plane and points what another said; ages and numbers do not count.</summary>
    public bool Says(BeatView other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Refusing == other.Refusing && Halts == other.Halts && Proved?.IsOpen == other.Proved?.IsOpen && Proved?.At is null == other.Proved?.At is null
            && Troubles.Select(t => (t.What, t.State, t.Code)).SequenceEqual(other.Troubles.Select(t => (t.What, t.State, t.Code)));
    }
}
