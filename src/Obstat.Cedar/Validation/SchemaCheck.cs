using System.Collections.Immutable;
using Obstat.Cedar.Entities;
using Obstat.Cedar.Schemas;
using Obstat.Cedar.Syntax;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Validation;

/// <summary>Whether entities and requests obey a schema.</summary>
public static class SchemaCheck
{
    /// <summary>Checks every entity of a store. Each complaint names its entity as <see cref="Diagnostic.Subject"/>.</summary>
    public static Findings Entities(EntityStore store, Schema schema)
    {
        ArgumentNullException.ThrowIfNull(store);
        return new(store.Entities.SelectMany(e => Entity(e, schema)));
    }

    /// <summary>Checks one entity.</summary>
    public static IEnumerable<Diagnostic> Entity(Entity entity, Schema schema)
    {
        ArgumentNullException.ThrowIfNull(entity);
        ArgumentNullException.ThrowIfNull(schema);
        var bag = new DiagnosticBag();
        var subject = entity.Uid.ToString();
        if (entity.Uid.IsAction)
        {
            CheckAction(entity, schema, bag, subject);
        }
        else if (!schema.EntityTypes.TryGetValue(entity.Uid.Type, out var declaration))
        {
            bag.Add(DiagnosticCode.UndeclaredEntityType, "the schema declares no such entity type", default, subject);
        }
        else if (declaration.IsEnum)
        {
            if (!declaration.EnumIds.Contains(entity.Uid.Id))
            {
                bag.Add(DiagnosticCode.UndeclaredEnumId, "not one of the listed entities", default, subject);
            }

            if (entity.Attributes.Count + entity.Tags.Count + entity.Parents.Length > 0)
            {
                bag.Add(DiagnosticCode.EnumWithFacts, "a listed entity has no attributes, tags and parents", default, subject);
            }
        }
        else
        {
            CheckFacts(entity, declaration, schema, bag, subject);
        }

        return bag.Items;
    }

    /// <summary>Checks a request: the action is declared, it applies to these types, the context has its shape, listed ids are listed.</summary>
    public static Findings Request(Request request, Schema schema)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(schema);
        var bag = new DiagnosticBag();
        if (!schema.Actions.TryGetValue(request.Action, out var action))
        {
            return new([new(DiagnosticCode.UndeclaredAction, "the schema declares no such action", default, request.Action.ToString())]);
        }

        CheckParty(request.Principal, action.PrincipalTypes, DiagnosticCode.PrincipalTypeNotAllowed, schema, bag);
        CheckParty(request.Resource, action.ResourceTypes, DiagnosticCode.ResourceTypeNotAllowed, schema, bag);
        CheckRecord(request.Context, action.Context, schema, bag, "context", "");
        return new(bag.Items);
    }

    private static void CheckParty(EntityUid uid, ImmutableSortedSet<string> types, DiagnosticCode code, Schema schema, DiagnosticBag bag)
    {
        if (!types.Contains(uid.Type))
        {
            bag.Add(code, "the action does not apply to this type", default, uid.ToString());
            return;
        }

        CheckReference(uid, schema, bag, uid.ToString());
    }

    private static void CheckAction(Entity entity, Schema schema, DiagnosticBag bag, string subject)
    {
        if (!schema.Actions.TryGetValue(entity.Uid, out var action))
        {
            bag.Add(DiagnosticCode.UndeclaredAction, "the schema declares no such action", default, subject);
        }
        else if (entity.Attributes.Count + entity.Tags.Count > 0 || !action.Parents.IsSubsetOf(entity.Parents) || !action.Ancestors.IsSupersetOf(entity.Parents))
        {
            bag.Add(DiagnosticCode.ActionDiffers, "an action is as the schema declares it", default, subject);
        }
    }

    private static void CheckFacts(Entity entity, EntityTypeDeclaration declaration, Schema schema, DiagnosticBag bag, string subject)
    {
        CheckRecord(entity.Attributes, declaration.Attributes, schema, bag, subject, "");
        if (declaration.Tags is null)
        {
            if (entity.Tags.Count > 0)
            {
                bag.Add(DiagnosticCode.UndeclaredTags, "the type has no tags", default, subject);
            }
        }
        else
        {
            for (var i = 0; i < entity.Tags.Count; i++)
            {
                CheckValue(entity.Tags.Values[i], declaration.Tags, schema, bag, subject, "tag " + entity.Tags.Names[i]);
            }
        }

        foreach (var parent in entity.Parents)
        {
            // Closure is what policies see, so a parent may also be one of a parent's types.
            if (!declaration.AncestorTypes.Contains(parent.Type))
            {
                bag.Add(DiagnosticCode.ParentNotAllowed, $"the type may not be in {parent.Type}", default, subject);
                continue;
            }

            CheckReference(parent, schema, bag, subject);
        }
    }

    private static void CheckRecord(CedarRecord record, CedarType.Record type, Schema schema, DiagnosticBag bag, string subject, string path)
    {
        foreach (var attribute in type.Attributes)
        {
            if (record.TryGet(attribute.Name, out var value))
            {
                CheckValue(value, attribute.Type, schema, bag, subject, path + "." + attribute.Name);
            }
            else if (attribute.IsRequired)
            {
                bag.Add(DiagnosticCode.MissingAttribute, $"{path}.{attribute.Name} is required", default, subject);
            }
        }

        foreach (var name in record.Names)
        {
            if (!type.TryGet(name, out _))
            {
                bag.Add(DiagnosticCode.UndeclaredAttribute, $"{path}.{name} is not declared", default, subject);
            }
        }
    }

    private static void CheckValue(CedarValue value, CedarType type, Schema schema, DiagnosticBag bag, string subject, string path)
    {
        switch (value, type)
        {
            case (CedarRecord record, CedarType.Record declared):
                CheckRecord(record, declared, schema, bag, subject, path);
                break;
            case (CedarSet set, CedarType.Set { Element: { } element }):
                foreach (var item in set.Elements)
                {
                    CheckValue(item, element, schema, bag, subject, path + "[]");
                }

                break;
            case (EntityUid uid, CedarType.Entity entity) when string.Equals(uid.Type, entity.Name, StringComparison.Ordinal):
                CheckReference(uid, schema, bag, subject);
                break;
            case (EntityUid, _) or (_, CedarType.Entity or CedarType.Set or CedarType.Record):
                bag.Add(DiagnosticCode.WrongType, $"{path} is {type}", default, subject);
                break;
            default:
                if (value.Kind != type.Kind)
                {
                    bag.Add(DiagnosticCode.WrongType, $"{path} is {type}", default, subject);
                }

                break;
        }
    }

    private static void CheckReference(EntityUid uid, Schema schema, DiagnosticBag bag, string subject)
    {
        if (schema.EntityTypes.TryGetValue(uid.Type, out var declaration) && declaration.IsEnum && !declaration.EnumIds.Contains(uid.Id))
        {
            bag.Add(DiagnosticCode.UndeclaredEnumId, $"{uid} is not one of the listed entities", default, subject);
        }
        else if (uid.IsAction && declaration is null && !schema.Actions.ContainsKey(uid))
        {
            bag.Add(DiagnosticCode.UndeclaredAction, $"the schema declares no action {uid}", default, subject);
        }
    }
}
