namespace Obstat.Console.Api;

/// <summary>A key of the plane.</summary>
/// <param name="Purpose">What it signs.</param>
/// <param name="Id">Its id.</param>
/// <param name="From">Since when.</param>
/// <param name="Until">Its end; null: it has none.</param>
public sealed record KeyView(string Purpose, string Id, DateTimeOffset? From, DateTimeOffset? Until);
