using System.Collections.Immutable;

namespace Obstat.Console.Api;

/// <summary>Executions, newest first.</summary>
/// <param name="Rows">The decision of each.</param>
/// <param name="Next">The <c>after</c> of the next page; null at the end.</param>
/// <param name="Running">Allows without an outcome.</param>
/// <param name="Orphans">Allows that were closed without one.</param>
public sealed record ExecutionsView(ImmutableArray<DecisionRow> Rows, long? Next, long Running, long Orphans);
