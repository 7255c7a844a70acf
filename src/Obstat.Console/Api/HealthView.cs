using System.Collections.Immutable;

namespace Obstat.Console.Api;

/// <summary>How every part is.</summary>
/// <param name="Components">Parts of the plane.</param>
/// <param name="Points">Enforcement points, also those that are away.</param>
/// <param name="Keys">Keys of the plane.</param>
/// <param name="Timeline">Changes of the last 24 hours, newest first, from the ledger, at most 200.</param>
public sealed record HealthView(ImmutableArray<ComponentView> Components, ImmutableArray<PointView> Points, ImmutableArray<KeyView> Keys, ImmutableArray<LinkView> Timeline);
