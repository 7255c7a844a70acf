using Obstat.Cedar.Schemas;
using Obstat.Cedar.Syntax;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Validation;

/// <summary>The request environments of a schema, found by action and by what their requests look like.</summary>
internal sealed class EnvironmentIndex
{
    private readonly Dictionary<EntityUid, List<(RequestEnvironment Environment, int Shape)>> _byAction = [];
    private readonly Dictionary<EntityUid, List<EntityUid>> _members = [];
    private readonly Dictionary<EntityUid, List<RequestEnvironment>> _shapesOfGroup = [];
    private readonly List<RequestEnvironment> _shapes = [];

    public EnvironmentIndex(Schema schema)
    {
        var shapes = new Dictionary<(string, string, CedarType.Record), int>();
        foreach (var action in schema.Actions.Values)
        {
            var own = new List<(RequestEnvironment, int)>();
            foreach (var principal in action.PrincipalTypes)
            {
                foreach (var resource in action.ResourceTypes)
                {
                    var environment = new RequestEnvironment(principal, action.Uid, resource, action.Context);
                    if (shapes.TryAdd((principal, resource, action.Context), _shapes.Count))
                    {
                        _shapes.Add(environment);
                    }

                    own.Add((environment, shapes[(principal, resource, action.Context)]));
                }
            }

            _byAction.Add(action.Uid, own);
            foreach (var group in action.Ancestors.Add(action.Uid))
            {
                if (!_members.TryGetValue(group, out var members))
                {
                    _members.Add(group, members = []);
                }

                members.Add(action.Uid);
            }
        }
    }

    /// <summary>
    /// The environments that the action constraint of a policy admits. Where no condition looks at the action, environments of the same types come to the same, and one
    /// stands for all.
    /// </summary>
    public IEnumerable<RequestEnvironment> Of(Policy policy, bool isPerAction)
    {
        var scope = policy.Action;
        if (scope.Kind == ScopeKind.Any)
        {
            return isPerAction ? _byAction.Values.SelectMany(own => own.Select(e => e.Environment)) : _shapes;
        }

        var isSingle = scope.Entities.Length == 1;
        if (scope.Kind == ScopeKind.Equal)
        {
            return _byAction.GetValueOrDefault(scope.Entities[0], []).Select(e => e.Environment);
        }

        if (isSingle && !isPerAction)
        {
            return ShapesOf(scope.Entities[0]);
        }

        var actions = scope.Entities.SelectMany(g => _members.GetValueOrDefault(g, [])).Distinct();
        var admitted = actions.SelectMany(a => _byAction[a]);
        return isPerAction ? admitted.Select(e => e.Environment) : admitted.DistinctBy(e => e.Shape).Select(e => e.Environment);
    }

    private List<RequestEnvironment> ShapesOf(EntityUid group)
    {
        if (!_shapesOfGroup.TryGetValue(group, out var shapes))
        {
            shapes = [.. _members.GetValueOrDefault(group, []).SelectMany(a => _byAction[a]).DistinctBy(e => e.Shape).Select(e => e.Environment)];
            _shapesOfGroup.Add(group, shapes);
        }

        return shapes;
    }
}
