using System.Collections.Immutable;

namespace Obstat.Console.Api;

/// <summary>What is halted, and what runs.</summary>
/// <param name="Halts">Halts in force, newest first.</param>
/// <param name="Leases">Executions that run under a lease.</param>
/// <param name="Running">What runs under a lease or a permit and has no outcome, oldest first, at most 200.</param>
/// <param name="Total">How many run.</param>
public sealed record HaltsView(ImmutableArray<HaltView> Halts, int Leases, ImmutableArray<DecisionRow> Running, long Total);
