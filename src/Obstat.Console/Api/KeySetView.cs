using System.Collections.Immutable;

namespace Obstat.Console.Api;

/// <summary>Keys that were announced.</summary>
/// <param name="Entry">Where.</param>
/// <param name="From">From when they sign.</param>
/// <param name="Until">Until when.</param>
/// <param name="Keys">Role and key id of each, as <c>permit abc..</c></param>
public sealed record KeySetView(long Entry, DateTimeOffset From, DateTimeOffset Until, ImmutableArray<string> Keys);
