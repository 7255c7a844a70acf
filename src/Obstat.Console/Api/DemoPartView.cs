namespace Obstat.Console.Api;

/// <summary>A process of the demo.</summary>
/// <param name="Name">Its name.</param>
/// <param name="State"><c>runs</c>, <c>stopped</c> or <c>broken</c>.</param>
/// <param name="Says">What it does, in words.</param>
public sealed record DemoPartView(string Name, string State, string Says);
