namespace Obstat.Settings.Shapes;

/// <summary>The first thing wrong with a value.</summary>
internal sealed record Finding(int Offset, string What, string Why, string Fix);
