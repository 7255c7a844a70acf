namespace Obstat.Console.Api;

/// <summary>One thing that was found in the policy folder.</summary>
/// <param name="File">Path inside the folder; null: the folder as a whole.</param>
/// <param name="Line">From 1; 0 where there is none.</param>
/// <param name="Column">From 1; 0 where there is none.</param>
/// <param name="Code">Its code.</param>
/// <param name="IsRefusing">Whether it refuses the load; otherwise a warning.</param>
/// <param name="Message">What and why.</param>
public sealed record FindingView(string? File, int Line, int Column, string Code, bool IsRefusing, string Message);
