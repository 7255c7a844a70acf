namespace Obstat.Console.Api;

/// <summary>A stretch in which something was not recorded.</summary>
/// <param name="Entry">The entry that tells it.</param>
/// <param name="Time">When it was told, to the minute.</param>
/// <param name="Kind">What kind of gap.</param>
public sealed record PublicGapView(long Entry, DateTimeOffset Time, string Kind);
