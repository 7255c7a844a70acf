namespace Obstat.Console.Drawing;

/// <summary>A node in its place.</summary>
/// <param name="Id">Its id.</param>
/// <param name="X">Left edge.</param>
/// <param name="Y">Upper edge.</param>
public sealed record PlacedNode(string Id, int X, int Y);
