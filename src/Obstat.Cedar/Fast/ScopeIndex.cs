using Obstat.Cedar.Syntax;

namespace Obstat.Cedar.Fast;

/// <summary>
/// The policies that one action's requests can match, each in the bucket of its most selective constraint. A scope cannot error, so what no probe finds says nothing:
/// the index is exact.
/// </summary>
internal sealed class ScopeIndex
{
    /// <summary>So few policies are asked one by one: their scopes cost less than the probes.</summary>
    private const int ScannedMax = 6;

    private static readonly int[] None = [];
    private readonly Dictionary<int, int[]> _byResource;
    private readonly Dictionary<int, int[]> _byPrincipal;
    private readonly Dictionary<string, int[]> _byResourceType;
    private readonly Dictionary<string, int[]> _byPrincipalType;

    public ScopeIndex(FastPolicy[] policies, IEnumerable<int> matching)
    {
        var byResource = new Dictionary<int, List<int>>();
        var byPrincipal = new Dictionary<int, List<int>>();
        var byResourceType = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        var byPrincipalType = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        var rest = new List<int>();
        var all = matching.ToArray();
        if (all.Length <= ScannedMax)
        {
            rest.AddRange(all);
            all = [];
        }

        foreach (var index in all)
        {
            ref readonly var principal = ref policies[index].Principal;
            ref readonly var resource = ref policies[index].Resource;
            if (resource.Kind == ScopeKind.Equal)
            {
                Add(byResource, resource.Entity, index);
            }
            else if (principal.Kind == ScopeKind.Equal)
            {
                Add(byPrincipal, principal.Entity, index);
            }
            else if (resource.Kind is ScopeKind.In or ScopeKind.IsIn)
            {
                Add(byResource, resource.Entity, index);
            }
            else if (principal.Kind is ScopeKind.In or ScopeKind.IsIn)
            {
                Add(byPrincipal, principal.Entity, index);
            }
            else if (resource.Kind == ScopeKind.Is)
            {
                Add(byResourceType, resource.EntityType!, index);
            }
            else if (principal.Kind == ScopeKind.Is)
            {
                Add(byPrincipalType, principal.EntityType!, index);
            }
            else
            {
                rest.Add(index);
            }
        }

        (_byResource, _byPrincipal, Always) = (Freeze(byResource), Freeze(byPrincipal), [.. rest]);
        (_byResourceType, _byPrincipalType) = (Freeze(byResourceType, StringComparer.Ordinal), Freeze(byPrincipalType, StringComparer.Ordinal));
    }

    public int[] Always { get; }

    public bool HasResources => _byResource.Count > 0;

    public bool HasPrincipals => _byPrincipal.Count > 0;

    public int[] OfResource(int entity) => _byResource.GetValueOrDefault(entity, None);

    public int[] OfPrincipal(int entity) => _byPrincipal.GetValueOrDefault(entity, None);

    public int[] OfResourceType(string type) => _byResourceType.Count == 0 ? None : _byResourceType.GetValueOrDefault(type, None);

    public int[] OfPrincipalType(string type) => _byPrincipalType.Count == 0 ? None : _byPrincipalType.GetValueOrDefault(type, None);

    private static void Add<TKey>(Dictionary<TKey, List<int>> buckets, TKey key, int index)
        where TKey : notnull
    {
        if (!buckets.TryGetValue(key, out var bucket))
        {
            buckets.Add(key, bucket = []);
        }

        bucket.Add(index);
    }

    private static Dictionary<TKey, int[]> Freeze<TKey>(Dictionary<TKey, List<int>> buckets, IEqualityComparer<TKey>? comparer = null)
        where TKey : notnull
        => buckets.ToDictionary(b => b.Key, b => b.Value.ToArray(), comparer);
}
