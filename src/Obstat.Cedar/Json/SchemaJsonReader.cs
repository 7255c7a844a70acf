using System.Collections.Immutable;
using System.Text.Json;
using Obstat.Cedar.Schemas;
using Obstat.Cedar.Syntax;

namespace Obstat.Cedar.Json;

/// <summary>Reads the JSON form of schemas.</summary>
internal sealed class SchemaJsonReader(DiagnosticBag bag)
{
    public static SchemaFragment? Parse(string json, DiagnosticBag bag)
    {
        ArgumentNullException.ThrowIfNull(json);
        if (json.Length > Limits.SchemaTextMax)
        {
            bag.Add(DiagnosticCode.TextTooLarge, $"a schema text has at most {Limits.SchemaTextMax} units");
            return null;
        }

        if (StrictJson.Parse(json, bag) is not { } root)
        {
            return null;
        }

        var reader = new SchemaJsonReader(bag);
        var namespaces = reader.Members(root, "").Select(m => reader.ReadNamespace(m.Name, m.Value)).ToList();
        return bag.IsEmpty ? new(namespaces) : null;
    }

    private NamespaceFragment ReadNamespace(string name, JsonElement json)
    {
        if (name.Length > 0 && !Identifiers.IsPath(name))
        {
            Refuse("the name of a namespace is a path", name);
        }

        Known(json, name, "commonTypes", "entityTypes", "actions", "annotations");
        var commonTypes = Optional(json, "commonTypes").SelectMany(c => Members(c, name)).Select(m =>
        {
            CheckName(m.Name);
            return new AliasDeclaration(m.Name, ReadType(m.Value, m.Name), Annotations(m.Value), default);
        });
        var entities = Optional(json, "entityTypes").SelectMany(e => Members(e, name)).Select(m => ReadEntity(m.Name, m.Value));
        var actions = Optional(json, "actions").SelectMany(a => Members(a, name)).Select(m => ReadAction(m.Name, m.Value));
        return new(name, [.. commonTypes], [.. entities], [.. actions], Annotations(json));
    }

    private EntityDeclaration ReadEntity(string name, JsonElement json)
    {
        CheckName(name);
        Known(json, name, "shape", "memberOfTypes", "tags", "enum", "annotations");
        ImmutableArray<string> ids = default;
        if (StrictJson.Member(json, "enum") is { } listed)
        {
            ids = [.. Strings(listed, name)];
            if (ids.IsEmpty || json.GetPropertyCount() > (StrictJson.Member(json, "annotations") is null ? 1 : 2))
            {
                Refuse("an enumerated entity type lists one id at least, and nothing else", name);
            }
        }

        return new(
            name,
            [.. Optional(json, "memberOfTypes").SelectMany(m => Strings(m, name))],
            StrictJson.Member(json, "shape") is { } shape ? ReadType(shape, name) : null,
            StrictJson.Member(json, "tags") is { } tags ? ReadType(tags, name) : null,
            ids,
            Annotations(json),
            default);
    }

    private ActionSyntax ReadAction(string name, JsonElement json)
    {
        Known(json, name, "appliesTo", "memberOf", "attributes", "annotations");
        if (StrictJson.Member(json, "attributes") is { ValueKind: not JsonValueKind.Null } attributes
            && (attributes.ValueKind != JsonValueKind.Object || attributes.GetPropertyCount() > 0))
        {
            Refuse("actions have no attributes", name);
        }

        var parents = Optional(json, "memberOf").SelectMany(m => Items(m, name)).Select(item =>
        {
            Known(item, name, "type", "id");
            var type = StrictJson.Member(item, "type") is { ValueKind: JsonValueKind.String } t ? StrictJson.Text(t) : null;
            var id = StrictJson.Member(item, "id") is { ValueKind: JsonValueKind.String } i ? StrictJson.Text(i) : null;
            if (id is null)
            {
                Refuse("a group of actions has an id", name);
            }

            return new ActionReference(type, id ?? "");
        });
        AppliesTo? appliesTo = null;
        foreach (var applies in Optional(json, "appliesTo"))
        {
            Known(applies, name, "principalTypes", "resourceTypes", "context");
            appliesTo = new(
                [.. Optional(applies, "principalTypes").SelectMany(p => Strings(p, name))],
                [.. Optional(applies, "resourceTypes").SelectMany(r => Strings(r, name))],
                StrictJson.Member(applies, "context") is { } context ? ReadType(context, name) : null);
        }

        return new(name, [.. parents], appliesTo, Annotations(json), default);
    }

    private TypeExpression ReadType(JsonElement json, string subject)
    {
        var kind = StrictJson.Member(json, "type") is { ValueKind: JsonValueKind.String } type ? StrictJson.Text(type) : null;
        switch (kind)
        {
            case null:
                return RefuseType("a type has a member \"type\"", subject);
            case "Set":
                Known(json, subject, "type", "element", "annotations");
                return StrictJson.Member(json, "element") is { } element
                    ? new TypeExpression.Set(ReadType(element, subject), default)
                    : RefuseType("a set has an element type", subject);
            case "Record":
                Known(json, subject, "type", "attributes", "additionalAttributes", "annotations");
                if (StrictJson.Member(json, "additionalAttributes") is { ValueKind: JsonValueKind.True })
                {
                    return RefuseType("open records are not read", subject);
                }

                var fields = Optional(json, "attributes").SelectMany(a => Members(a, subject)).Select(m => ReadField(m.Name, m.Value));
                return new TypeExpression.Record([.. fields], default);
            case "Entity" or "EntityOrCommon" or "Extension":
                Known(json, subject, "type", "name", "annotations");
                if (StrictJson.Member(json, "name") is not { ValueKind: JsonValueKind.String } nameJson || StrictJson.Text(nameJson) is not { } name)
                {
                    return RefuseType("a name is missing", subject);
                }

                return new TypeExpression.Named(
                    name, kind switch { "Entity" => TypeNameKind.Entity, "Extension" => TypeNameKind.BuiltIn, _ => TypeNameKind.EntityOrCommon }, default);
            case "Long" or "String" or "Bool" or "Boolean":
                return new TypeExpression.Named(kind, TypeNameKind.BuiltIn, default);
            default:
                return new TypeExpression.Named(kind, TypeNameKind.Common, default);
        }
    }

    private FieldDeclaration ReadField(string name, JsonElement json)
    {
        var isRequired = StrictJson.Member(json, "required") is not { } required || required.ValueKind == JsonValueKind.True;
        if (StrictJson.Member(json, "required") is { ValueKind: not (JsonValueKind.True or JsonValueKind.False) })
        {
            Refuse("required is true or false", name);
        }

        // "required" stands beside the members of the type itself.
        return new(name, ReadFieldType(json, name), isRequired, Annotations(json));
    }

    private TypeExpression ReadFieldType(JsonElement json, string name)
    {
        if (StrictJson.Member(json, "required") is null)
        {
            return ReadType(json, name);
        }

        var members = json.EnumerateObject().Where(p => !p.NameEquals("required")).ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal);
        return ReadType(JsonSerializer.SerializeToElement(members), name);
    }

    private ImmutableArray<Annotation> Annotations(JsonElement json)
    {
        var annotations = ImmutableArray.CreateBuilder<Annotation>();
        foreach (var member in Optional(json, "annotations").SelectMany(a => Members(a, "annotations")))
        {
            if (!Identifiers.IsIdentifierText(member.Name) || member.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Null))
            {
                Refuse("an annotation is a name and a string", member.Name);
                continue;
            }

            annotations.Add(new(member.Name, member.Value.ValueKind == JsonValueKind.Null ? "" : StrictJson.Text(member.Value) ?? "", default));
        }

        return annotations.DrainToImmutable();
    }

    private void CheckName(string name)
    {
        if (!Identifiers.IsName(name))
        {
            Refuse("the name of a type is an identifier", name);
        }
    }

    private IEnumerable<(string Name, JsonElement Value)> Members(JsonElement json, string subject)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            Refuse("expected an object", subject);
            yield break;
        }

        foreach (var property in json.EnumerateObject())
        {
            if (StrictJson.Name(property) is { } name)
            {
                yield return (name, property.Value);
            }
            else
            {
                Refuse("a name is no Unicode text", subject);
            }
        }
    }

    private IEnumerable<JsonElement> Items(JsonElement json, string subject)
    {
        if (json.ValueKind != JsonValueKind.Array)
        {
            Refuse("expected an array", subject);
            yield break;
        }

        foreach (var item in json.EnumerateArray())
        {
            yield return item;
        }
    }

    private IEnumerable<string> Strings(JsonElement json, string subject)
    {
        foreach (var item in Items(json, subject))
        {
            if (item.ValueKind == JsonValueKind.String && StrictJson.Text(item) is { } text)
            {
                yield return text;
            }
            else
            {
                Refuse("expected a string", subject);
            }
        }
    }

    private static IEnumerable<JsonElement> Optional(JsonElement json, string name) =>
        StrictJson.Member(json, name) is { ValueKind: not JsonValueKind.Null } value ? [value] : [];

    private void Known(JsonElement json, string subject, params ReadOnlySpan<string> names)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            Refuse("expected an object", subject);
            return;
        }

        foreach (var property in json.EnumerateObject())
        {
            if (StrictJson.Name(property) is not { } name || !names.Contains(name))
            {
                Refuse("an unknown member", subject);
            }
        }
    }

    private TypeExpression.Named RefuseType(string message, string subject)
    {
        Refuse(message, subject);
        return new("Long", TypeNameKind.BuiltIn, default);
    }

    private void Refuse(string message, string subject) => bag.Add(DiagnosticCode.UnexpectedJson, message, default, subject);
}
