using System.Collections.Concurrent;
using Obstat.Cedar.Syntax;

namespace Obstat.Cedar.Fast;

/// <summary>A compiled policy set, whatever the entities: the policies, the names in them, and which of them can speak of which action.</summary>
internal sealed class FastPolicies
{
    private readonly int[] _ofAnyAction;
    private readonly Dictionary<int, List<int>> _byAction = [];
    private readonly ConcurrentDictionary<string, ScopeIndex> _indexes = new(StringComparer.Ordinal);

    public FastPolicies(PolicySet source)
    {
        Source = source;
        var compiler = new Compiler(Names);
        All = [.. source.Policies.Select(p => new FastPolicy(p, Names, compiler))];
        var ofAny = new List<int>();
        for (var i = 0; i < All.Length; i++)
        {
            if (All[i].Action.Kind == ScopeKind.Any)
            {
                ofAny.Add(i);
                continue;
            }

            foreach (var number in All[i].Action.Entities)
            {
                if (!_byAction.TryGetValue(number, out var naming))
                {
                    _byAction.Add(number, naming = []);
                }

                naming.Add(i);
            }
        }

        _ofAnyAction = [.. ofAny];
    }

    public PolicySet Source { get; }

    public PolicyNames Names { get; } = new();

    public FastPolicy[] All { get; }

    /// <summary>The policies that can match a request with this action. Actions that the same policies speak of share an index.</summary>
    public ScopeIndex IndexOf(FastEntity action)
    {
        var named = action.Ancestors.Append(action.Number).Where(_byAction.ContainsKey).Order().ToArray();

        // A policy on == is told apart from one on in by the policy itself; the index may only hold too many.
        return _indexes.GetOrAdd(string.Join(',', named), _ => new(All, named.SelectMany(n => _byAction[n]).Concat(_ofAnyAction).Distinct().Order()));
    }
}
