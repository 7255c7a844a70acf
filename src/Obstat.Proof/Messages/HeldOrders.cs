using System.Collections.Immutable;
using Obstat.Proof.Json;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Messages;

/// <summary>Orders that a point took from an operator while it could not reach the plane, as they were signed.</summary>
/// <param name="Ep">The point and boot.</param>
/// <param name="Orders">Compact tokens, at most 64.</param>
public sealed record HeldOrders(PointBoot Ep, ImmutableArray<string> Orders) : IPlaneMessage<HeldOrders>
{
    /// <summary>Orders of one message at most.</summary>
    public const int OrdersMax = 64;

    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(("v", JsonValue.Of(PlaneMessage.Version)), ("ep", EpFields.ToJson(Ep)), ("orders", JsonValue.Strings(Orders)));

    /// <inheritdoc/>
    public static HeldOrders Read(JsonFields fields) => new(EpFields.Read(fields), fields.Strings("orders", OrdersMax, 4000));
}
