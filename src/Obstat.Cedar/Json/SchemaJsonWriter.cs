using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Obstat.Cedar.Schemas;
using Obstat.Cedar.Syntax;

namespace Obstat.Cedar.Json;

/// <summary>Writes the JSON form of schemas. What is empty is left out where reading it back means the same.</summary>
internal static class SchemaJsonWriter
{
    public static string Write(SchemaFragment fragment)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            foreach (var space in fragment.Namespaces)
            {
                WriteNamespace(json, space);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteNamespace(Utf8JsonWriter json, NamespaceFragment space)
    {
        json.WriteStartObject(space.Name);
        WriteAnnotations(json, space.Annotations);
        if (!space.CommonTypes.IsEmpty)
        {
            json.WriteStartObject("commonTypes");
            foreach (var alias in space.CommonTypes)
            {
                json.WriteStartObject(alias.Name);
                WriteTypeMembers(json, alias.Type);
                WriteAnnotations(json, alias.Annotations);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteStartObject("entityTypes");
        foreach (var entity in space.Entities)
        {
            WriteEntity(json, entity);
        }

        json.WriteEndObject();
        json.WriteStartObject("actions");
        foreach (var action in space.Actions)
        {
            WriteAction(json, action);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteEntity(Utf8JsonWriter json, EntityDeclaration entity)
    {
        json.WriteStartObject(entity.Name);
        WriteAnnotations(json, entity.Annotations);
        if (!entity.EnumIds.IsDefault)
        {
            WriteStrings(json, "enum", entity.EnumIds);
        }

        if (!entity.ParentTypes.IsEmpty)
        {
            WriteStrings(json, "memberOfTypes", entity.ParentTypes);
        }

        if (entity.Shape is not (null or TypeExpression.Record { Fields.IsEmpty: true }))
        {
            WriteType(json, "shape", entity.Shape);
        }

        if (entity.Tags is not null)
        {
            WriteType(json, "tags", entity.Tags);
        }

        json.WriteEndObject();
    }

    private static void WriteAction(Utf8JsonWriter json, ActionSyntax action)
    {
        json.WriteStartObject(action.Name);
        WriteAnnotations(json, action.Annotations);
        if (!action.Parents.IsEmpty)
        {
            json.WriteStartArray("memberOf");
            foreach (var parent in action.Parents)
            {
                json.WriteStartObject();
                if (parent.Type is not null)
                {
                    json.WriteString("type", parent.Type);
                }

                json.WriteString("id", parent.Id);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        // An action that applies to nothing is written so, as the official converter does.
        json.WriteStartObject("appliesTo");
        WriteStrings(json, "principalTypes", action.AppliesTo?.PrincipalTypes ?? []);
        WriteStrings(json, "resourceTypes", action.AppliesTo?.ResourceTypes ?? []);
        if (action.AppliesTo?.Context is { } context and not TypeExpression.Record { Fields.IsEmpty: true })
        {
            WriteType(json, "context", context);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteStrings(Utf8JsonWriter json, string name, ImmutableArray<string> items)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStringValue(item);
        }

        json.WriteEndArray();
    }

    private static void WriteAnnotations(Utf8JsonWriter json, ImmutableArray<Annotation> annotations)
    {
        if (annotations.IsEmpty)
        {
            return;
        }

        json.WriteStartObject("annotations");
        foreach (var annotation in annotations)
        {
            json.WriteString(annotation.Name, annotation.Value);
        }

        json.WriteEndObject();
    }

    private static void WriteType(Utf8JsonWriter json, string name, TypeExpression type)
    {
        json.WriteStartObject(name);
        WriteTypeMembers(json, type);
        json.WriteEndObject();
    }

    private static void WriteTypeMembers(Utf8JsonWriter json, TypeExpression type)
    {
        switch (type)
        {
            case TypeExpression.Set set:
                json.WriteString("type", "Set");
                WriteType(json, "element", set.Element);
                break;
            case TypeExpression.Record record:
                json.WriteString("type", "Record");
                json.WriteStartObject("attributes");
                foreach (var field in record.Fields)
                {
                    json.WriteStartObject(field.Name);
                    WriteTypeMembers(json, field.Type);
                    if (!field.IsRequired)
                    {
                        json.WriteBoolean("required", false);
                    }

                    WriteAnnotations(json, field.Annotations);
                    json.WriteEndObject();
                }

                json.WriteEndObject();
                break;
            case TypeExpression.Named { Kind: TypeNameKind.BuiltIn, Path: "Long" or "String" or "Bool" or "Boolean" } or TypeExpression.Named { Kind: TypeNameKind.Common }:
                json.WriteString("type", ((TypeExpression.Named)type).Path);
                break;
            case TypeExpression.Named named:
                json.WriteString("type", named.Kind switch { TypeNameKind.Entity => "Entity", TypeNameKind.BuiltIn => "Extension", _ => "EntityOrCommon" });
                json.WriteString("name", named.Path);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(type));
        }
    }
}
