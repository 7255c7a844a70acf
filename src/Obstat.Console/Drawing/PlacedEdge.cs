namespace Obstat.Console.Drawing;

/// <summary>An edge in its place.</summary>
/// <param name="From">The parent.</param>
/// <param name="To">The child.</param>
/// <param name="Path">The data of an SVG path.</param>
public sealed record PlacedEdge(string From, string To, string Path);
