namespace Obstat.Cli.Demo;

/// <summary>One row: what is broken and how, what must come of it, and what proves it.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Broken">What is broken, in words.</param>
/// <param name="Expected">The exact code.</param>
/// <param name="PlayAsync">Breaks it from outside and asks.</param>
/// <param name="Proof">The entry that proves it, in evidence that verify accepted; null: it is not there.</param>
internal sealed record Row(int Number, string Broken, string Expected, Func<Task<Played>> PlayAsync, Func<Evidence, long?> Proof);
