using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>What an execution used of a budget.</summary>
public sealed record BudgetUsage(string Budget, string Unit, long Amount)
{
    internal static BudgetUsage Read(JsonFields fields) => new(
        fields.Text("budget"),
        fields.Text("unit"),
        fields.Integer("amount"));

    internal JsonValue ToJson() => JsonValue.Object(
        ("amount", JsonValue.Of(Amount)),
        ("budget", JsonValue.Of(Budget)),
        ("unit", JsonValue.Of(Unit)));
}
