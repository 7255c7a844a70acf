using System.Collections.Immutable;

namespace Obstat.Console.Api;

/// <summary>Decisions of a day.</summary>
/// <param name="Day">The day, UTC.</param>
/// <param name="Counts">By reason, by its name; allows first.</param>
public sealed record PublicDayView(DateOnly Day, ImmutableArray<PublicCountView> Counts);
