using System.Collections.Frozen;
using Obstat.Cedar.Schemas;

namespace Obstat.Cedar.Fast;

/// <summary>What a request with one action must look like.</summary>
internal sealed class ActionPlan(ActionDeclaration action, FastEntity entity, TypeTable types, PlanMaker plans)
{
    private readonly FrozenSet<TypePlan> _principals = [.. action.PrincipalTypes.Select(types.Of).OfType<TypePlan>()];
    private readonly FrozenSet<TypePlan> _resources = [.. action.ResourceTypes.Select(types.Of).OfType<TypePlan>()];

    public FastEntity Entity { get; } = entity;

    public RecordPlan Context { get; } = plans.OfRecord(action.Context);

    public bool AppliesTo(TypePlan principal, TypePlan resource) => _principals.Contains(principal) && _resources.Contains(resource);
}
