using System.Collections.Immutable;

namespace Obstat.Console.Api;

/// <summary>A demo that runs on this plane: what the program that plays it tells. Nothing rests on it; each row names the entry that proves it.</summary>
/// <param name="At">When that program told it.</param>
/// <param name="Milliseconds">How long its rows have been played.</param>
/// <param name="IsOver">Whether all of them were.</param>
/// <param name="Verify">The command that verifies the demo's evidence offline; null before the end.</param>
/// <param name="Rows">Its rows, in order.</param>
/// <param name="Parts">Its processes.</param>
public sealed record DemoView(DateTimeOffset At, long Milliseconds, bool IsOver, string? Verify, ImmutableArray<DemoRowView> Rows, ImmutableArray<DemoPartView> Parts);
