using Obstat.Cedar.Syntax;

namespace Obstat.Cedar.Fast;

/// <summary>
/// The policies that one action's requests can match, each in one bucket: by the entity that its principal must be or be in, else by that of its resource, else by a type,
/// else with those that are always asked. A bucket of many is split again by the resource. A scope cannot error, so what no probe finds says nothing: the index is exact.
/// </summary>
internal sealed class ScopeIndex
{
    /// <summary>So few policies are asked one by one: their scopes cost less than the probes.</summary>
    private const int ScannedMax = 6;

    private static readonly int[] None = [];
    private readonly Dictionary<int, Bucket> _byPrincipal = [];
    private readonly Dictionary<int, int[]> _byResource;
    private readonly Dictionary<string, int[]> _byResourceType;
    private readonly Dictionary<string, int[]> _byPrincipalType;

    public ScopeIndex(FastPolicy[] policies, IEnumerable<int> matching)
    {
        var byPrincipal = new Dictionary<int, List<int>>();
        var byResource = new Dictionary<int, List<int>>();
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
            if (NamesEntity(principal))
            {
                Add(byPrincipal, principal.Entity, index);
            }
            else if (NamesEntity(resource))
            {
                Add(byResource, resource.Entity, index);
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

        foreach (var (principal, bucket) in byPrincipal)
        {
            _byPrincipal.Add(principal, new(policies, bucket));
        }

        (_byResource, Always) = (Freeze(byResource), [.. rest]);
        (_byResourceType, _byPrincipalType) = (Freeze(byResourceType, StringComparer.Ordinal), Freeze(byPrincipalType, StringComparer.Ordinal));
    }

    public int[] Always { get; }

    public bool HasPrincipals => _byPrincipal.Count > 0;

    public bool HasResources => _byResource.Count > 0;

    /// <summary>The policies whose principal must be, or be in, the entity of that number.</summary>
    public Bucket? OfPrincipal(int entity) => _byPrincipal.GetValueOrDefault(entity);

    /// <summary>The policies of any principal whose resource must be, or be in, the entity of that number.</summary>
    public int[] OfResource(int entity) => _byResource.GetValueOrDefault(entity, None);

    public int[] OfResourceType(string type) => _byResourceType.Count == 0 ? None : _byResourceType.GetValueOrDefault(type, None);

    public int[] OfPrincipalType(string type) => _byPrincipalType.Count == 0 ? None : _byPrincipalType.GetValueOrDefault(type, None);

    private static bool NamesEntity(in FastScope scope) => scope.Kind is ScopeKind.Equal or ScopeKind.In or ScopeKind.IsIn;

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

    /// <summary>The policies of one principal or group of principals.</summary>
    internal sealed class Bucket
    {
        private readonly Dictionary<int, int[]> _byResource = [];

        public Bucket(FastPolicy[] policies, List<int> bucket)
        {
            if (bucket.Count <= ScannedMax)
            {
                Always = [.. bucket];
                return;
            }

            var byResource = new Dictionary<int, List<int>>();
            foreach (var index in bucket.Where(i => NamesEntity(policies[i].Resource)))
            {
                Add(byResource, policies[index].Resource.Entity, index);
            }

            (_byResource, Always) = (Freeze(byResource), [.. bucket.Where(i => !NamesEntity(policies[i].Resource))]);
        }

        public int[] Always { get; }

        public bool HasResources => _byResource.Count > 0;

        public int[] OfResource(int entity) => _byResource.GetValueOrDefault(entity, None);
    }
}
