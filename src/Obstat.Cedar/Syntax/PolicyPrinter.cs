using System.Text;

namespace Obstat.Cedar.Syntax;

/// <summary>Writes policies, one clause a line.</summary>
internal static class PolicyPrinter
{
    public static string Print(Policy policy)
    {
        var text = new StringBuilder();
        foreach (var annotation in policy.Annotations)
        {
            _ = text.Append('@').Append(annotation.Name).Append('(').Append(Quoting.Quote(annotation.Value)).Append(")\n");
        }

        _ = text.Append(policy.Effect == Effect.Permit ? "permit" : "forbid")
            .Append('(').Append(Scope(policy.Principal, "principal"))
            .Append(", ").Append(Scope(policy.Action, "action"))
            .Append(", ").Append(Scope(policy.Resource, "resource")).Append(')');
        foreach (var condition in policy.Conditions)
        {
            _ = text.Append(condition.IsUnless ? "\nunless { " : "\nwhen { ").Append(ExprPrinter.Print(condition.Body)).Append(" }");
        }

        return text.Append(';').ToString();
    }

    public static string Scope(ScopeConstraint scope, string variable)
    {
        var entity = scope.HasSlot ? "?" + variable : scope.Entities.IsEmpty ? "" : scope.Entities[0].ToString();
        return scope.Kind switch
        {
            ScopeKind.Any => variable,
            ScopeKind.Equal => $"{variable} == {entity}",
            ScopeKind.In => $"{variable} in {entity}",
            ScopeKind.InSet => $"{variable} in [{string.Join(", ", scope.Entities.Select(e => e.ToString()))}]",
            ScopeKind.Is => $"{variable} is {scope.EntityType}",
            ScopeKind.IsIn => $"{variable} is {scope.EntityType} in {entity}",
            _ => throw new ArgumentOutOfRangeException(nameof(scope)),
        };
    }
}
