namespace Obstat.Console.Api;

/// <summary>An entry that belongs to this one.</summary>
/// <param name="Entry">Where it stands.</param>
/// <param name="Type">Its statement type.</param>
/// <param name="Time">When, as its speaker says.</param>
/// <param name="Says">What it says, in few words.</param>
public sealed record LinkView(long Entry, string Type, DateTimeOffset Time, string Says);
