namespace Obstat.Settings.Shapes;

/// <summary>One member of an object of the configuration.</summary>
/// <param name="Name">Its name.</param>
/// <param name="About">One sentence for editors and people.</param>
/// <param name="Shape">What it may hold.</param>
/// <param name="IsRequired">Whether its absence refuses the object.</param>
internal sealed record Member(string Name, string About, Shape Shape, bool IsRequired = false);
