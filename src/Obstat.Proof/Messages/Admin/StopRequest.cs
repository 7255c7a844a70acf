using Obstat.Proof.Json;
using Obstat.Proof.Leases;

namespace Obstat.Proof.Messages.Admin;

/// <summary>Halts or revokes a scope.</summary>
/// <param name="Scope">What.</param>
/// <param name="Reason">Why, as a person writes it, 1 to 512 characters.</param>
public sealed record StopRequest(Scope Scope, string Reason) : IPlaneMessage<StopRequest>
{
    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(("v", JsonValue.Of(PlaneMessage.Version)), ("scope", Scope.ToJson()), ("reason", JsonValue.Of(Reason)));

    /// <inheritdoc/>
    public static StopRequest Read(JsonFields fields) => new(Scope.Read(fields, "scope"), fields.Text("reason", Order.TextMax));
}
