namespace Obstat.Cli.Hosts;

/// <summary>One thing that was looked at.</summary>
/// <param name="State">How sure it is.</param>
/// <param name="What">What was looked at.</param>
/// <param name="Detail">What was seen.</param>
/// <param name="Fix">What to do; empty where nothing is.</param>
internal sealed record Finding(FindingState State, string What, string Detail, string Fix = "");
