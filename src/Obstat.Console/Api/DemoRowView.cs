namespace Obstat.Console.Api;

/// <summary>A row of the demo.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Broken">What is broken, in words.</param>
/// <param name="Expected">The exact code that must come of it.</param>
/// <param name="State"><c>waiting</c>, <c>playing</c>, <c>closed</c> or <c>open</c>.</param>
/// <param name="Got">The code that came; null before.</param>
/// <param name="Effects">How many effects the tool server's journal shows for it; null before.</param>
/// <param name="Entry">The entry that proves it; null before, and where none does.</param>
/// <param name="Open">Why it is open; null where it is not.</param>
public sealed record DemoRowView(int Number, string Broken, string Expected, string State, string? Got, int? Effects, long? Entry, string? Open);
