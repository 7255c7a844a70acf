using System.Collections.Immutable;

namespace Obstat.Console.Api;

/// <summary>Two executions with what they began, side by side: aligned by what was asked, never by time.</summary>
/// <param name="A">The one.</param>
/// <param name="B">The other.</param>
/// <param name="Steps">Parents first, each step of either once.</param>
/// <param name="SameUntil">Steps before the first difference; equal to their number where there is none.</param>
public sealed record CompareView(LineageView A, LineageView B, ImmutableArray<CompareStep> Steps, int SameUntil);
