using System.Collections.Immutable;

namespace Obstat.Cli.Demo;

/// <summary>What came of playing a row.</summary>
/// <param name="Got">The code that came back.</param>
/// <param name="Effects">The amounts that the journal must show for it, no more and no less.</param>
/// <param name="Named">The entry that was named as changed; only where a copy was.</param>
internal sealed record Played(string Got, ImmutableArray<string> Effects, long? Named = null)
{
    /// <summary>A row without any effect.</summary>
    public static Played Nothing(string got) => new(got, []);
}
