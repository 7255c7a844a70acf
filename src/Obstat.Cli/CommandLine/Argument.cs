namespace Obstat.Cli.CommandLine;

/// <summary>A positional argument of a verb.</summary>
/// <param name="Name">As in help, upper case.</param>
/// <param name="About">One line.</param>
/// <param name="IsRequired">Whether the verb refuses without it.</param>
internal sealed record Argument(string Name, string About, bool IsRequired = true);
