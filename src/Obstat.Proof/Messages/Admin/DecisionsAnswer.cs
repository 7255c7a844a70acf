using System.Collections.Immutable;
using Obstat.Proof.Json;

namespace Obstat.Proof.Messages.Admin;

/// <summary>Decisions, newest first.</summary>
public sealed record DecisionsAnswer(ImmutableArray<DecisionShown> Decisions) : IPlaneMessage<DecisionsAnswer>
{
    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(("v", JsonValue.Of(PlaneMessage.Version)), ("decisions", JsonValue.Array(Decisions.Select(d => d.ToJson()))));

    /// <inheritdoc/>
    public static DecisionsAnswer Read(JsonFields fields) => new(fields.Each("decisions", 1_000, DecisionShown.Read));
}
