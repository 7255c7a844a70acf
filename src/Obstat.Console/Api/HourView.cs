using System.Collections.Immutable;

namespace Obstat.Console.Api;

/// <summary>Decisions of one hour.</summary>
/// <param name="Hour">Its beginning.</param>
/// <param name="Allowed">How many were allowed.</param>
/// <param name="Refused">Refusals by reason code, most first.</param>
public sealed record HourView(DateTimeOffset Hour, long Allowed, ImmutableArray<FacetValueView> Refused);
