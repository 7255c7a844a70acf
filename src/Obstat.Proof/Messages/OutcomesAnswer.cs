using System.Collections.Immutable;
using Obstat.Proof.Json;
using Obstat.Proof.Messages.Admin;

namespace Obstat.Proof.Messages;

/// <summary>The answer to several outcomes, after the commit of those that were recorded.</summary>
/// <param name="Outcomes">What became of each, in the order in which they came.</param>
public sealed record OutcomesAnswer(ImmutableArray<OutcomeAnswer> Outcomes) : IPlaneMessage<OutcomesAnswer>
{
    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(("v", JsonValue.Of(PlaneMessage.Version)), ("outcomes", JsonValue.Array(Outcomes.Select(o => o.ToJson()))));

    /// <inheritdoc/>
    public static OutcomesAnswer Read(JsonFields fields) => new(AdminFields.Each(fields, "outcomes", OutcomesReport.OutcomesMax, OutcomeAnswer.Read));
}
