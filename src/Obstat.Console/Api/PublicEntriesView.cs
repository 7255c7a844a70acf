using System.Collections.Immutable;

namespace Obstat.Console.Api;

/// <summary>Published entries, newest first.</summary>
/// <param name="Rows">The entries.</param>
/// <param name="Next">The <c>after</c> of the next page; null at the end.</param>
/// <param name="Size">Size of the newest published head.</param>
public sealed record PublicEntriesView(ImmutableArray<PublicEntryView> Rows, long? Next, long Size);
