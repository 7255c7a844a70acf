using Obstat.Proof.Json;
using Obstat.Proof.Leases;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Messages;

/// <summary>Opens the lease that a permit names.</summary>
/// <param name="Ep">The point and boot.</param>
/// <param name="N">The next number of this boot's beats and openings.</param>
/// <param name="Permit">The permit.</param>
/// <param name="Execution">The execution.</param>
/// <param name="Class">How it is stopped.</param>
/// <param name="StopMs">How long a stop takes at worst, in ms: the plane counts it as running until then.</param>
public sealed record LeaseOpenRequest(PointBoot Ep, long N, string Permit, string Execution, LeaseClass Class, long StopMs) : IPlaneMessage<LeaseOpenRequest>
{
    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(
        ("v", JsonValue.Of(PlaneMessage.Version)), ("ep", EpFields.ToJson(Ep)), ("n", JsonValue.Of(N)), ("permit", JsonValue.Of(Permit)), ("exe", JsonValue.Of(Execution)),
        ("class", JsonValue.Of(Class.ToWord())), ("stop_ms", JsonValue.Of(StopMs)));

    /// <inheritdoc/>
    public static LeaseOpenRequest Read(JsonFields fields) => new(
        EpFields.Read(fields), fields.Integer("n", 1), fields.Text("permit", 4096), fields.Random128("exe"), LeaseClassWords.Parse(fields.OneOf("class", LeaseClassWords.All)), fields.Integer("stop_ms", 0, 60_000));
}
