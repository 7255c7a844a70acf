using Obstat.Cedar.Schemas;
using Obstat.Cedar.Syntax;

namespace Obstat.Cedar.Validation;

/// <summary>What a scope comes to in a request environment: nothing said means that it depends on the request. A slot can be any entity.</summary>
internal static class ScopeTypes
{
    public static bool? OfEntity(Schema schema, ScopeConstraint scope, string type) => scope.Kind switch
    {
        ScopeKind.Any => true,
        ScopeKind.Is => string.Equals(scope.EntityType, type, StringComparison.Ordinal),
        ScopeKind.IsIn when !string.Equals(scope.EntityType, type, StringComparison.Ordinal) => false,
        ScopeKind.Equal => scope.HasSlot || string.Equals(scope.Entity.Type, type, StringComparison.Ordinal) ? null : false,
        ScopeKind.In or ScopeKind.IsIn => scope.HasSlot || EntityNames.CanBeIn(schema, type, scope.Entity.Type) ? null : false,
        _ => false,
    };
}
