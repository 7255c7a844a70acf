using Obstat.Proof.Json;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Messages;

/// <summary>A probe had an effect, or was refused for a wrong reason: the point has stopped everything until it is armed again, and says under which halt.</summary>
/// <param name="Ep">The point and boot.</param>
/// <param name="Halt">Id of the halt that the point put on itself, 128 random bits: the same again changes nothing.</param>
/// <param name="Cause">What was seen, 1 to 400 characters.</param>
public sealed record CanaryFailed(PointBoot Ep, string Halt, string Cause) : IPlaneMessage<CanaryFailed>
{
    /// <summary>Characters of <see cref="Cause"/> at most.</summary>
    public const int CauseMax = 400;

    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(("v", JsonValue.Of(PlaneMessage.Version)), ("ep", EpFields.ToJson(Ep)), ("halt", JsonValue.Of(Halt)), ("cause", JsonValue.Of(Cause)));

    /// <inheritdoc/>
    public static CanaryFailed Read(JsonFields fields) => new(EpFields.Read(fields), fields.Random128("halt"), fields.Text("cause", CauseMax));
}
