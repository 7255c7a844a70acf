using Obstat.Proof.Json;

namespace Obstat.Enforcement;

/// <summary>A permit with its receipt, as they came. Nothing of it is believed.</summary>
/// <param name="Permit">The compact token.</param>
/// <param name="Receipt">The receipt of its entry; null where none came.</param>
public sealed record PresentedPermit(string Permit, JsonValue? Receipt);
