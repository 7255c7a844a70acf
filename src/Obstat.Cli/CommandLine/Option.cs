namespace Obstat.Cli.CommandLine;

/// <summary>An option of a verb.</summary>
/// <param name="Name">With its two dashes.</param>
/// <param name="Value">What stands for its value in help; null: a flag.</param>
/// <param name="About">One line.</param>
/// <param name="Short">One-letter form, with its dash.</param>
/// <param name="Repeats">Whether it may be given more than once.</param>
internal sealed record Option(string Name, string? Value, string About, string? Short = null, bool Repeats = false);
