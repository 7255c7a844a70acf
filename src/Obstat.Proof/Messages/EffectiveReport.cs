using Obstat.Proof.Json;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Messages;

/// <summary>What a point enforces by, signed by itself.</summary>
/// <param name="Ep">The point and boot.</param>
/// <param name="Statement">The compact token (<see cref="EffectivePolicy"/>).</param>
public sealed record EffectiveReport(PointBoot Ep, string Statement) : IPlaneMessage<EffectiveReport>
{
    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(("v", JsonValue.Of(PlaneMessage.Version)), ("ep", EpFields.ToJson(Ep)), ("statement", JsonValue.Of(Statement)));

    /// <inheritdoc/>
    public static EffectiveReport Read(JsonFields fields) => new(EpFields.Read(fields), fields.Text("statement", 16384));
}
