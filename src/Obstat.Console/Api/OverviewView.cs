using System.Collections.Immutable;

namespace Obstat.Console.Api;

/// <summary>What needs somebody now.</summary>
/// <param name="Hours">The last 24 hours that begin whole, oldest first; hours without a decision are there with zeros.</param>
/// <param name="Refusals">The newest refusals.</param>
/// <param name="Points">Enforcement points.</param>
/// <param name="Running">Allows without an outcome.</param>
/// <param name="Orphans">Allows that were closed without one.</param>
/// <param name="KeysUntil">End of the plane's working keys.</param>
public sealed record OverviewView(ImmutableArray<HourView> Hours, ImmutableArray<DecisionRow> Refusals, ImmutableArray<PointView> Points, long Running, long Orphans, DateTimeOffset KeysUntil);
