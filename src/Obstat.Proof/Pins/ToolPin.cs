using Obstat.Proof.Json;

namespace Obstat.Proof.Pins;

/// <summary>One approved tool.</summary>
/// <param name="Name">1 to 128 of <c>A-Z a-z 0-9 _ . -</c>.</param>
/// <param name="Tool">The definition as listed, without <c>_meta</c>.</param>
/// <param name="Hash">Its <see cref="ToolHash"/>.</param>
public sealed record ToolPin(string Name, JsonValue Tool, Digest Hash);
