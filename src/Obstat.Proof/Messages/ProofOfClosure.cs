using Obstat.Proof.Json;
using Obstat.Proof.Reasons;

namespace Obstat.Proof.Messages;

/// <summary>What the probes of a point showed, by ages in ms.</summary>
/// <param name="ArmedMs">Since it passed its arming test; null: it did not in this boot.</param>
/// <param name="ClosedMs">Since the forbidden probe was refused as it must be; null: never in this boot.</param>
/// <param name="AllowedMs">Since the permitted probe passed; null: never in this boot.</param>
/// <param name="Refusing">The code with which the permitted probe was refused last; null where it passed last.</param>
/// <param name="Effects">Effects of probes that must have none: above 0 the point was open.</param>
/// <param name="Disarmed">What a probe showed that must not be: the point refuses everything until an operator arms it again; null: nothing.</param>
public sealed record ProofOfClosure(long? ArmedMs, long? ClosedMs, long? AllowedMs, DenyReason? Refusing, long Effects, string? Disarmed)
{
    /// <summary>The same, told so much later.</summary>
    public ProofOfClosure After(long ms) => this with { ArmedMs = ArmedMs + ms, ClosedMs = ClosedMs + ms, AllowedMs = AllowedMs + ms };

    internal JsonValue ToJson() => JsonValue.Object(
        ("armed_ms", Number(ArmedMs)), ("closed_ms", Number(ClosedMs)), ("allowed_ms", Number(AllowedMs)), ("refusing", JsonValue.Of(Refusing?.ToCode())),
        ("effects", JsonValue.Of(Effects)), ("disarmed", JsonValue.Of(Disarmed)));

    internal static ProofOfClosure Read(JsonFields fields) => new(
        fields.IntegerOrNull("armed_ms"), fields.IntegerOrNull("closed_ms"), fields.IntegerOrNull("allowed_ms"), Admin.AdminFields.ReasonOrNull(fields, "refusing"), fields.Integer("effects"),
        fields.TextOrNull("disarmed", CanaryFailed.CauseMax));

    private static JsonValue Number(long? ms) => ms is { } known ? JsonValue.Of(known) : JsonValue.Null;
}
