using System.Collections.Immutable;

namespace Obstat.Console.Api;

/// <summary>What runs under a lease.</summary>
/// <param name="Leases">Soonest deadline first, at most 200.</param>
/// <param name="Total">How many there are.</param>
/// <param name="Ttl">Seconds that one holds without a renewal.</param>
public sealed record LeasesView(ImmutableArray<LeaseView> Leases, int Total, double Ttl);
