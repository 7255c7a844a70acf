namespace Obstat.Console.Api;

/// <summary>One thing that is not as it should be now.</summary>
/// <param name="What">The part of the plane, or <c>point ID</c>.</param>
/// <param name="State"><c>refusing</c>, <c>open</c>, <c>failed</c>, <c>silent</c>, <c>away</c>, <c>drift</c> or <c>degraded</c>.</param>
/// <param name="Code">The reason code that callers receive because of it; null where it refuses nothing, or nobody knows.</param>
/// <param name="Detail">What is known of it, in a sentence.</param>
public sealed record TroubleView(string What, string State, string? Code, string Detail);
