namespace Obstat.Console.Api;

/// <summary>One step of two executions.</summary>
/// <param name="Depth">How deep it lies below the two that are compared.</param>
/// <param name="Action">What was asked: wire name, server and tool.</param>
/// <param name="A">The execution on the one side; null: it has no such step.</param>
/// <param name="B">The execution on the other side; null likewise.</param>
/// <param name="Difference">What differs, as <c>NotPermitted</c> against <c>allowed</c>; null where nothing does.</param>
public sealed record CompareStep(int Depth, string Action, string? A, string? B, string? Difference);
