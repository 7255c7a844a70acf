namespace Obstat.Console.Api;

/// <summary>A part of the plane, and what it does now.</summary>
/// <param name="Name">Its name, as <c>ledger</c>.</param>
/// <param name="State"><c>ok</c>, <c>degraded</c>, <c>refusing</c> or <c>unknown</c>.</param>
/// <param name="Code">The reason code that callers receive now; null where it refuses nothing.</param>
/// <param name="Since">Since when; null where unknown.</param>
/// <param name="Measured">One value with its unit, as <c>commit p50 1.1 ms</c>.</param>
/// <param name="Limit">What the value must keep, as a person reads it; null where there is none.</param>
/// <param name="Detail">What is known beside it; null where nothing is.</param>
public sealed record ComponentView(string Name, string State, string? Code, DateTimeOffset? Since, string Measured, string? Limit, string? Detail);
