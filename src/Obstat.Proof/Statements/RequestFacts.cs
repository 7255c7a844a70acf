using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>The request that was decided.</summary>
/// <param name="Action">Wire name of the action, such as <c>mcp.tools/call</c>.</param>
/// <param name="Class">The operator's class of the action.</param>
/// <param name="Root">The execution that began it all; itself where nothing did.</param>
public sealed record RequestFacts(string Action, string Class, string Execution, string Root, string? Parent)
{
    internal static RequestFacts Read(JsonFields fields) => new(
        fields.Text("action"),
        fields.Text("class"),
        fields.Id("execution"),
        fields.Id("root"),
        fields.IdOrNull("parent"));

    internal JsonValue ToJson() => JsonValue.Object(
        ("action", JsonValue.Of(Action)),
        ("class", JsonValue.Of(Class)),
        ("execution", JsonValue.Of(Execution)),
        ("parent", JsonValue.Of(Parent)),
        ("root", JsonValue.Of(Root)));
}
