using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>What a decision reserved of a budget.</summary>
public sealed record BudgetReservation(string Budget, string Unit, long Reserved, long Remaining)
{
    internal static BudgetReservation Read(JsonFields fields) => new(
        fields.Text("budget"),
        fields.Text("unit"),
        fields.Integer("reserved"),
        fields.Integer("remaining"));

    internal JsonValue ToJson() => JsonValue.Object(
        ("budget", JsonValue.Of(Budget)),
        ("remaining", JsonValue.Of(Remaining)),
        ("reserved", JsonValue.Of(Reserved)),
        ("unit", JsonValue.Of(Unit)));
}
