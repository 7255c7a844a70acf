using System.Collections.Immutable;
using Obstat.Cedar.Schemas;

namespace Obstat.Cedar.Mcp;

/// <summary>Declarations on their way into a schema, by namespace. A name that is declared twice is refused.</summary>
internal sealed class SchemaDraft
{
    private readonly Dictionary<string, Space> _spaces = new(StringComparer.Ordinal);

    /// <summary>The declared entity types, by namespace and name.</summary>
    public IEnumerable<(string Namespace, EntityDeclaration Entity)> Entities => _spaces.SelectMany(s => s.Value.Entities.Values.Select(e => (s.Key, e)));

    /// <summary>Whether the namespace declares an entity or common type of that name.</summary>
    public bool Declares(string space, string name) => _spaces.TryGetValue(space, out var known) && (known.Entities.ContainsKey(name) || known.Types.ContainsKey(name));

    /// <summary>The entity type of that name, if it is declared.</summary>
    public EntityDeclaration? EntityOf(string space, string name) => _spaces.TryGetValue(space, out var known) ? known.Entities.GetValueOrDefault(name) : null;

    public bool Add(string space, AliasDeclaration type) => !Declares(space, type.Name) && Of(space).Types.TryAdd(type.Name, type);

    public bool Add(string space, EntityDeclaration entity) => !Declares(space, entity.Name) && Of(space).Entities.TryAdd(entity.Name, entity);

    public bool Add(string space, ActionSyntax action) => Of(space).Actions.TryAdd(action.Name, action);

    /// <summary>Replaces an action of that name, or adds it.</summary>
    public void Put(string space, ActionSyntax action) => Of(space).Actions[action.Name] = action;

    /// <summary>Replaces a common type of that name, or adds it.</summary>
    public void Put(string space, AliasDeclaration type) => Of(space).Types[type.Name] = type;

    /// <summary>Takes over everything that another draft declares; false where a name is declared in both, and then nothing is taken.</summary>
    public bool TryTake(SchemaDraft other)
    {
        if (other._spaces.Any(s => _spaces.TryGetValue(s.Key, out var mine)
            && s.Value.Entities.Keys.Concat(s.Value.Types.Keys).Any(n => Declares(s.Key, n) && !IsOpaque(mine, s.Value, n)) | s.Value.Actions.Keys.Any(mine.Actions.ContainsKey)))
        {
            return false;
        }

        foreach (var (name, space) in other._spaces)
        {
            var mine = Of(name);
            space.Types.ToList().ForEach(t => mine.Types.Add(t.Key, t.Value));
            space.Entities.ToList().ForEach(e => mine.Entities[e.Key] = e.Value);
            space.Actions.ToList().ForEach(a => mine.Actions.Add(a.Key, a.Value));
        }

        return true;
    }

    /// <summary>The declarations in the order of the printed form: namespaces by their last segment, then by what stands before it, or by their paths; names in ordinal order.</summary>
    public SchemaFragment ToFragment(bool byLastSegment) => new(_spaces
        .Where(s => !s.Value.IsEmpty)
        .OrderBy(s => byLastSegment ? Split(s.Key).Name : "", StringComparer.Ordinal)
        .ThenBy(s => s.Key, StringComparer.Ordinal)
        .Select(s => new NamespaceFragment(s.Key, [.. s.Value.Types.Values], [.. s.Value.Entities.Values], [.. s.Value.Actions.Values], [])));

    /// <summary>The same declarations, each type under the name that <paramref name="rename"/> gives for its path; declarations that meet there must be equal or are refused.</summary>
    public SchemaDraft? Renamed(Func<string, string> rename)
    {
        var made = new SchemaDraft();
        var isWhole = true;
        foreach (var (space, old) in _spaces)
        {
            foreach (var type in old.Types.Values)
            {
                var (to, name) = Split(rename($"{space}::{type.Name}"));
                isWhole &= made.Add(to, type with { Name = name, Type = Renamed(type.Type, space, rename)! });
            }

            foreach (var entity in old.Entities.Values)
            {
                var (to, name) = Split(rename($"{space}::{entity.Name}"));
                var next = entity with { Name = name, Shape = Renamed(entity.Shape, space, rename), Tags = Renamed(entity.Tags, space, rename) };
                isWhole &= made.Add(to, next) || (made.EntityOf(to, name) is { } there && TypeEquality.Equal(there, next));
            }

            foreach (var action in old.Actions.Values)
            {
                isWhole &= made.Add(space, action with { AppliesTo = action.AppliesTo is { } a ? a with { Context = Renamed(a.Context, space, rename) } : null });
            }
        }

        return isWhole ? made : null;
    }

    /// <summary>Namespace and name of a path.</summary>
    public static (string Namespace, string Name) Split(string path)
    {
        var cut = path.LastIndexOf("::", StringComparison.Ordinal);
        return cut < 0 ? ("", path) : (path[..cut], path[(cut + 2)..]);
    }

    private static bool IsOpaque(Space mine, Space other, string name)
        => mine.Entities.TryGetValue(name, out var a) && other.Entities.TryGetValue(name, out var b) && TypeEquality.Equal(a, b) && a is { Shape: null, Tags: null, EnumIds.IsDefault: true };

    private TypeExpression? Renamed(TypeExpression? type, string space, Func<string, string> rename) => type switch
    {
        TypeExpression.Set set => new TypeExpression.Set(Renamed(set.Element, space, rename)!, set.Span),
        TypeExpression.Record record => new TypeExpression.Record([.. record.Fields.Select(f => f with { Type = Renamed(f.Type, space, rename)! })], record.Span),

        // A bare name of the same namespace stays bare only where the type stays there too.
        TypeExpression.Named named when Declares(space, named.Path) => rename($"{space}::{named.Path}") is var to && to == $"{space}::{named.Path}" ? named : new TypeExpression.Named(to, named.Kind, named.Span),
        TypeExpression.Named named when named.Path.Contains("::", StringComparison.Ordinal) => new TypeExpression.Named(rename(named.Path), named.Kind, named.Span),
        _ => type,
    };

    private Space Of(string name)
    {
        if (!_spaces.TryGetValue(name, out var space))
        {
            space = new();
            _spaces.Add(name, space);
        }

        return space;
    }

    private sealed class Space
    {
        public SortedDictionary<string, AliasDeclaration> Types { get; } = new(StringComparer.Ordinal);

        public SortedDictionary<string, EntityDeclaration> Entities { get; } = new(StringComparer.Ordinal);

        public SortedDictionary<string, ActionSyntax> Actions { get; } = new(StringComparer.Ordinal);

        public bool IsEmpty => Types.Count == 0 && Entities.Count == 0 && Actions.Count == 0;
    }
}
