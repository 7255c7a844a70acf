using System.Collections.Immutable;

namespace Obstat.Console.Api;

/// <summary>Decisions by day and reason.</summary>
/// <param name="Days">The last 30 days, newest first; days without a decision are left out.</param>
public sealed record PublicDaysView(ImmutableArray<PublicDayView> Days);
