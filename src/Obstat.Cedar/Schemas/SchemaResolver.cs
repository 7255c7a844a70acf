using System.Collections.Immutable;
using Obstat.Cedar.Syntax;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Schemas;

/// <summary>
/// Resolves the names of fragments: a name without namespace means what its own namespace declares, else what the empty one declares, else a built-in type;
/// a name with namespace means exactly that. Source: RFC 24, RFC 70 of cedar-policy/rfcs.
/// </summary>
internal sealed class SchemaResolver(List<NamespaceFragment> namespaces, DiagnosticBag bag)
{
    private const string BuiltInPrefix = "__cedar::";
    private readonly Dictionary<string, (string Namespace, AliasDeclaration Declaration)> _common = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Namespace, EntityDeclaration Declaration)> _entities = new(StringComparer.Ordinal);
    private readonly Dictionary<EntityUid, (string Namespace, ActionSyntax Declaration)> _actions = [];
    private readonly HashSet<string> _actionTypes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CedarType?> _resolvedCommon = new(StringComparer.Ordinal);
    private readonly HashSet<string> _open = new(StringComparer.Ordinal);

    public Schema Resolve()
    {
        Declare();
        RefuseShadows();
        foreach (var (name, (space, declaration)) in _common)
        {
            _ = ResolveCommon(name, space, declaration);
        }

        var entityTypes = ImmutableSortedDictionary.CreateBuilder<string, EntityTypeDeclaration>(StringComparer.Ordinal);
        var parentTypes = _entities.ToDictionary(
            e => e.Key, e => ResolveEntityNames(e.Value.Declaration.ParentTypes, e.Value.Namespace, e.Value.Declaration.Span), StringComparer.Ordinal);
        foreach (var (name, (space, declaration)) in _entities)
        {
            var shape = declaration.Shape is null ? CedarType.Record.Empty : ResolveRecord(declaration.Shape, space);
            var tags = declaration.Tags is null ? null : ResolveType(declaration.Tags, space);
            foreach (var parent in parentTypes[name])
            {
                if (_entities.TryGetValue(parent, out var above) && !above.Declaration.EnumIds.IsDefault)
                {
                    bag.Add(DiagnosticCode.EnumWithFacts, $"{parent} lists its ids and cannot have members", declaration.Span, name);
                }
            }

            entityTypes.Add(name, new(name, shape, tags, parentTypes[name], Closure(name, n => parentTypes.GetValueOrDefault(n) ?? []), declaration.EnumIds));
        }

        return new(entityTypes.ToImmutable(), ResolveActions());
    }

    private static string Qualify(string space, string name) => space.Length == 0 ? name : space + "::" + name;

    private static ImmutableSortedSet<string> Closure(string start, Func<string, IEnumerable<string>> parents)
    {
        var found = ImmutableSortedSet.CreateBuilder<string>(StringComparer.Ordinal);
        var open = new Stack<string>(parents(start));
        while (open.TryPop(out var next))
        {
            if (found.Add(next))
            {
                foreach (var parent in parents(next))
                {
                    open.Push(parent);
                }
            }
        }

        return found.ToImmutable();
    }

    private void Declare()
    {
        foreach (var space in namespaces)
        {
            foreach (var common in space.CommonTypes)
            {
                if (common.Name is "Bool" or "Boolean" or "Long" or "String" or "Set" or "Record" or "Entity" or "Extension" or "EntityOrCommon")
                {
                    bag.Add(DiagnosticCode.ReservedName, "a common type cannot have the name of a built-in", common.Span, common.Name);
                }

                if (!_common.TryAdd(Qualify(space.Name, common.Name), (space.Name, common)))
                {
                    bag.Add(DiagnosticCode.DuplicateDeclaration, "a type is declared twice", common.Span, Qualify(space.Name, common.Name));
                }
            }

            foreach (var entity in space.Entities)
            {
                if (entity.Name == "Action")
                {
                    bag.Add(DiagnosticCode.ReservedName, "the type Action belongs to actions", entity.Span, Qualify(space.Name, entity.Name));
                }

                if (!_entities.TryAdd(Qualify(space.Name, entity.Name), (space.Name, entity)))
                {
                    bag.Add(DiagnosticCode.DuplicateDeclaration, "an entity type is declared twice", entity.Span, Qualify(space.Name, entity.Name));
                }
            }

            foreach (var action in space.Actions)
            {
                _ = _actionTypes.Add(Qualify(space.Name, "Action"));
                if (!_actions.TryAdd(new(Qualify(space.Name, "Action"), action.Name), (space.Name, action)))
                {
                    bag.Add(DiagnosticCode.DuplicateDeclaration, "an action is declared twice", action.Span, action.Name);
                }
            }
        }
    }

    private void RefuseShadows()
    {
        foreach (var (name, space, span) in _common.Select(c => (c.Value.Declaration.Name, c.Value.Namespace, c.Value.Declaration.Span))
            .Concat(_entities.Select(e => (e.Value.Declaration.Name, e.Value.Namespace, e.Value.Declaration.Span))))
        {
            if (space.Length > 0 && (_common.ContainsKey(name) || _entities.ContainsKey(name)))
            {
                bag.Add(DiagnosticCode.ShadowedName, "a namespace cannot declare what the empty namespace declares", span, Qualify(space, name));
            }
        }

        foreach (var (uid, (space, action)) in _actions)
        {
            if (space.Length > 0 && _actions.ContainsKey(new("Action", uid.Id)))
            {
                bag.Add(DiagnosticCode.ShadowedName, "a namespace cannot declare what the empty namespace declares", action.Span, uid.ToString());
            }
        }
    }

    private CedarType? ResolveCommon(string name, string space, AliasDeclaration declaration)
    {
        if (_resolvedCommon.TryGetValue(name, out var known))
        {
            return known;
        }

        if (!_open.Add(name))
        {
            bag.Add(DiagnosticCode.TypeCycle, "a type is made of itself", declaration.Span, name);
            return null;
        }

        if (_open.Count > Limits.NestingMax * 4)
        {
            bag.Add(DiagnosticCode.NestingTooDeep, "types refer to types too deeply", declaration.Span, name);
            return null;
        }

        var type = ResolveType(declaration.Type, space);
        _ = _open.Remove(name);
        _resolvedCommon[name] = type;
        return type;
    }

    private CedarType? ResolveType(TypeExpression expression, string space)
    {
        switch (expression)
        {
            case TypeExpression.Set set:
                return ResolveType(set.Element, space) is { } element ? new CedarType.Set(element) : null;
            case TypeExpression.Record record:
                var attributes = new List<AttributeType>(record.Fields.Length);
                foreach (var field in record.Fields)
                {
                    if (ResolveType(field.Type, space) is { } type)
                    {
                        attributes.Add(new(field.Name, type, field.IsRequired));
                    }
                }

                return new CedarType.Record(attributes);
            case TypeExpression.Named named:
                return ResolveName(named, space);
            default:
                return null;
        }
    }

    private CedarType? ResolveName(TypeExpression.Named named, string space)
    {
        var path = named.Path;
        if (path.StartsWith(BuiltInPrefix, StringComparison.Ordinal) || named.Kind == TypeNameKind.BuiltIn)
        {
            var builtIn = CedarType.BuiltIn(path.StartsWith(BuiltInPrefix, StringComparison.Ordinal) ? path[BuiltInPrefix.Length..] : path);
            return builtIn ?? Undefined(path, named.Span);
        }

        var isQualified = path.Contains("::", StringComparison.Ordinal);
        foreach (var name in isQualified || space.Length == 0 ? new[] { path } : [Qualify(space, path), path])
        {
            if (named.Kind != TypeNameKind.Entity && _common.TryGetValue(name, out var common))
            {
                return ResolveCommon(name, common.Namespace, common.Declaration);
            }

            if (named.Kind != TypeNameKind.Common && IsEntityType(name))
            {
                return new CedarType.Entity(name);
            }
        }

        return (isQualified || named.Kind == TypeNameKind.Entity ? null : CedarType.BuiltIn(path)) ?? Undefined(path, named.Span);
    }

    private bool IsEntityType(string name) =>
        _entities.ContainsKey(name) || _actionTypes.Contains(name);

    private CedarType? Undefined(string path, Span span)
    {
        bag.Add(DiagnosticCode.UndefinedType, "no type of this name is declared", span, path);
        return null;
    }

    private CedarType.Record ResolveRecord(TypeExpression expression, string space)
    {
        switch (ResolveType(expression, space))
        {
            case CedarType.Record record:
                return record;
            case null:
                return CedarType.Record.Empty;
            default:
                bag.Add(DiagnosticCode.ContextNotRecord, "attributes and contexts are records", expression.Span);
                return CedarType.Record.Empty;
        }
    }

    private ImmutableSortedSet<string> ResolveEntityNames(IEnumerable<string> names, string space, Span span)
    {
        var resolved = ImmutableSortedSet.CreateBuilder<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (ResolveName(new(name, TypeNameKind.Entity, span), space) is CedarType.Entity entity)
            {
                _ = resolved.Add(entity.Name);
            }
        }

        return resolved.ToImmutable();
    }

    private ImmutableSortedDictionary<EntityUid, ActionDeclaration> ResolveActions()
    {
        var parents = _actions.ToDictionary(a => a.Key, a => ResolveParents(a.Value.Namespace, a.Value.Declaration));
        var actions = ImmutableSortedDictionary.CreateBuilder<EntityUid, ActionDeclaration>();
        foreach (var (uid, (space, declaration)) in _actions)
        {
            var ancestors = ImmutableSortedSet.CreateBuilder<EntityUid>();
            var open = new Stack<EntityUid>(parents[uid]);
            while (open.TryPop(out var next))
            {
                if (ancestors.Add(next))
                {
                    foreach (var parent in parents.GetValueOrDefault(next) ?? [])
                    {
                        open.Push(parent);
                    }
                }
            }

            if (ancestors.Contains(uid))
            {
                bag.Add(DiagnosticCode.ActionCycle, "an action is in itself", declaration.Span, uid.ToString());
            }

            var applies = declaration.AppliesTo;
            actions.Add(uid, new(
                uid,
                applies is null ? [] : ResolveEntityNames(applies.PrincipalTypes, space, declaration.Span),
                applies is null ? [] : ResolveEntityNames(applies.ResourceTypes, space, declaration.Span),
                applies?.Context is null ? CedarType.Record.Empty : ResolveRecord(applies.Context, space),
                [.. parents[uid]],
                ancestors.ToImmutable()));
        }

        return actions.ToImmutable();
    }

    private List<EntityUid> ResolveParents(string space, ActionSyntax action)
    {
        var parents = new List<EntityUid>();
        foreach (var reference in action.Parents)
        {
            var type = reference.Type ?? "Action";
            var candidates = type.Contains("::", StringComparison.Ordinal) || space.Length == 0 ? new[] { type } : [Qualify(space, type), type];
            var found = candidates.Where(Identifiers.IsPath).Select(t => new EntityUid(t, reference.Id)).FirstOrDefault(_actions.ContainsKey);
            if (found is null)
            {
                bag.Add(DiagnosticCode.UndeclaredAction, "no action of this name is declared", action.Span, reference.Id);
                continue;
            }

            parents.Add(found);
        }

        return parents;
    }
}
