using Obstat.Cedar.Values;

namespace Obstat.Cedar.Syntax;

/// <summary>Finds the entities that a policy names.</summary>
internal static class EntityLiteralWalk
{
    public static void Collect(Policy policy, ICollection<EntityUid> found)
    {
        foreach (var scope in new[] { policy.Principal, policy.Action, policy.Resource })
        {
            foreach (var entity in scope.Entities)
            {
                found.Add(entity);
            }
        }

        foreach (var condition in policy.Conditions)
        {
            foreach (var node in ExprWalk.All(condition.Body))
            {
                if (node is Expr.Literal { Value: EntityUid entity })
                {
                    found.Add(entity);
                }
            }
        }
    }
}
