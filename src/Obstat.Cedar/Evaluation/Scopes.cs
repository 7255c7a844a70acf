using Obstat.Cedar.Entities;
using Obstat.Cedar.Syntax;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Evaluation;

/// <summary>Whether a scope constraint holds of an entity.</summary>
internal static class Scopes
{
    public static bool Matches(ScopeConstraint scope, EntityUid entity, EntityStore entities)
    {
        if (scope.HasSlot)
        {
            return false;
        }

        return scope.Kind switch
        {
            ScopeKind.Any => true,
            ScopeKind.Equal => entity.Equals(scope.Entity),
            ScopeKind.In => entities.IsIn(entity, scope.Entity),
            ScopeKind.InSet => IsInAny(scope, entity, entities),
            ScopeKind.Is => string.Equals(entity.Type, scope.EntityType, StringComparison.Ordinal),
            ScopeKind.IsIn => string.Equals(entity.Type, scope.EntityType, StringComparison.Ordinal) && entities.IsIn(entity, scope.Entity),
            _ => false,
        };
    }

    /// <summary>Whether the constraint looks at the ancestors of an entity of that type.</summary>
    public static bool LooksAtAncestors(ScopeConstraint scope, EntityUid entity) => scope.Kind switch
    {
        ScopeKind.In or ScopeKind.InSet => true,
        ScopeKind.IsIn => string.Equals(entity.Type, scope.EntityType, StringComparison.Ordinal),
        _ => false,
    };

    private static bool IsInAny(ScopeConstraint scope, EntityUid entity, EntityStore entities)
    {
        foreach (var ancestor in scope.Entities)
        {
            if (entities.IsIn(entity, ancestor))
            {
                return true;
            }
        }

        return false;
    }
}
