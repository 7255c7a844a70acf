using System.Collections.Immutable;
using Obstat.Proof.Json;
using Obstat.Proof.Messages.Admin;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Messages;

/// <summary>Tells which leases' executions have stopped: an acknowledgement. Their outcomes follow by themselves. Idempotent.</summary>
/// <param name="Ep">The point and boot.</param>
/// <param name="Closed">At most 1,000.</param>
public sealed record LeaseCloseRequest(PointBoot Ep, ImmutableArray<ClosedLease> Closed) : IPlaneMessage<LeaseCloseRequest>
{
    /// <summary>Leases of one message at most.</summary>
    public const int ClosedMax = 1_000;

    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(
        ("v", JsonValue.Of(PlaneMessage.Version)), ("ep", EpFields.ToJson(Ep)),
        ("closed", JsonValue.Array(Closed.Select(c => JsonValue.Object(
            ("id", JsonValue.Of(c.Id)), ("cause", JsonValue.Of(c.Cause)), ("stopped_at", JsonValue.Of(c.StoppedAtMs)), ("took_us", JsonValue.Of(c.TookMicroseconds)))))));

    /// <inheritdoc/>
    public static LeaseCloseRequest Read(JsonFields fields) => new(
        EpFields.Read(fields),
        AdminFields.Each(fields, "closed", ClosedMax, one => new ClosedLease(one.Random128("id"), one.Text("cause", 64), one.Integer("stopped_at"), one.Integer("took_us"))));
}
