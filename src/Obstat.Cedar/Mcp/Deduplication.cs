using System.Collections.Immutable;
using Obstat.Cedar.Schemas;

namespace Obstat.Cedar.Mcp;

/// <summary>Makes one type of equal enumerations, and of equal objects of plain values, that have one name: it moves to the longest namespace that all of them stand in.</summary>
internal static class Deduplication
{
    public static SchemaDraft? Of(SchemaDraft draft, string server)
    {
        var groups = draft.Entities
            .Where(e => e.Namespace.StartsWith(server + "::", StringComparison.Ordinal) && IsLeaf(e.Entity))
            .GroupBy(e => e.Entity.Name, StringComparer.Ordinal)
            .SelectMany(GroupEqual)
            .Where(g => g.Count > 1)
            .Select(g => (Members: g, Home: CommonPrefix(g.Select(m => m.Namespace)), Name: g[0].Entity.Name))
            .ToArray();
        var moved = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var group in groups.GroupBy(g => (g.Home, g.Name)).Where(g => g.Count() == 1).Select(g => g.Single()))
        {
            var isThere = draft.EntityOf(group.Home, group.Name) is { } there && TypeEquality.Equal(there, group.Members[0].Entity);
            if (!isThere && draft.Declares(group.Home, group.Name))
            {
                continue;
            }

            foreach (var (space, entity) in group.Members)
            {
                moved[$"{space}::{entity.Name}"] = $"{group.Home}::{group.Name}";
            }
        }

        return moved.Count == 0 ? draft : draft.Renamed(path => moved.GetValueOrDefault(path, path));
    }

    private static IEnumerable<List<(string Namespace, EntityDeclaration Entity)>> GroupEqual(IEnumerable<(string Namespace, EntityDeclaration Entity)> named)
    {
        var groups = new List<List<(string, EntityDeclaration Entity)>>();
        foreach (var one in named)
        {
            var group = groups.FirstOrDefault(g => TypeEquality.Equal(g[0].Entity, one.Entity));
            if (group is null)
            {
                groups.Add([one]);
            }
            else
            {
                group.Add(one);
            }
        }

        return groups;
    }

    private static bool IsLeaf(EntityDeclaration entity)
        => entity is { Tags: null, ParentTypes.IsEmpty: true }
            && (!entity.EnumIds.IsDefault || entity.Shape is null || (entity.Shape as TypeExpression.Record)!.Fields.All(f => f.Type is TypeExpression.Named { Kind: TypeNameKind.BuiltIn }));

    private static string CommonPrefix(IEnumerable<string> namespaces)
        => string.Join("::", namespaces.Select(n => n.Split("::").ToImmutableArray()).Aggregate((a, b) => [.. a.Zip(b).TakeWhile(p => p.First == p.Second).Select(p => p.First)]));
}
