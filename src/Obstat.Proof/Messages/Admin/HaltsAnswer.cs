using System.Collections.Immutable;
using Obstat.Proof.Json;
using Obstat.Proof.Leases;

namespace Obstat.Proof.Messages.Admin;

/// <summary>What is halted.</summary>
/// <param name="Halts">By id.</param>
/// <param name="Leases">Executions that run under a lease.</param>
public sealed record HaltsAnswer(ImmutableArray<HaltShown> Halts, long Leases) : IPlaneMessage<HaltsAnswer>
{
    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(
        ("v", JsonValue.Of(PlaneMessage.Version)),
        ("halts", JsonValue.Array(Halts.Select(h => JsonValue.Object(
            ("id", JsonValue.Of(h.Id)), ("scope", h.Scope.ToJson()), ("reason", JsonValue.Of(h.Reason)), ("by", JsonValue.Of(h.By)), ("iat", JsonValue.Of(h.IssuedAt)), ("durable", h.IsDurable ? JsonValue.True : JsonValue.False))))),
        ("leases", JsonValue.Of(Leases)));

    /// <inheritdoc/>
    public static HaltsAnswer Read(JsonFields fields) => new(
        AdminFields.Each(fields, "halts", 4096, one => new HaltShown(
            one.Random128("id"), Scope.Read(one, "scope"), one.Text("reason", Order.TextMax), one.Text("by", Order.TextMax), one.Integer("iat"), one.Boolean("durable"))),
        fields.Integer("leases"));
}
