namespace Obstat.Core.Records;

/// <summary>A time in which the clock was not relied on and nothing was recorded.</summary>
/// <param name="From">Last trusted reading, UTC.</param>
/// <param name="To">First trusted reading after it, UTC.</param>
/// <param name="Why">What was found.</param>
public readonly record struct ClockGap(DateTimeOffset From, DateTimeOffset To, string Why);
