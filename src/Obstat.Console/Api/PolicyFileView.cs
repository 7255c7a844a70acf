namespace Obstat.Console.Api;

/// <summary>A file of the set in force.</summary>
/// <param name="Path">Path inside the policy folder.</param>
/// <param name="Text">Its text.</param>
public sealed record PolicyFileView(string Path, string Text);
