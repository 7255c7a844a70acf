namespace Obstat.Proof.Json;

/// <summary>How large a JSON text may be. A limit may be lowered by a door, never raised above <see cref="Intake"/> but where a format says so.</summary>
/// <param name="BytesMax">Bytes of the whole text.</param>
/// <param name="DepthMax">Nested arrays and objects, 1 to 64.</param>
/// <param name="MembersMax">Members of all objects and elements of all arrays together.</param>
public readonly record struct JsonLimits(int BytesMax, int DepthMax, int MembersMax)
{
    /// <summary>1 MiB, depth 64, 10,000 members: the intake of everything that is decided on.</summary>
    public static JsonLimits Intake { get; } = new(1 << 20, 64, 10_000);
}
