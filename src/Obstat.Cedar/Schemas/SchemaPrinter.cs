using System.Collections.Immutable;
using System.Text;
using Obstat.Cedar.Syntax;

namespace Obstat.Cedar.Schemas;

/// <summary>Writes the text form of schemas: one declaration after the other, two spaces a level.</summary>
internal sealed class SchemaPrinter
{
    private readonly StringBuilder _text = new();
    private readonly HashSet<string> _declared;
    private string _space = "";

    private SchemaPrinter(SchemaFragment fragment) =>
        _declared = [.. fragment.Namespaces.SelectMany(n => n.Entities.Select(e => e.Name).Concat(n.CommonTypes.Select(c => c.Name)).Select(name => n.Name + "::" + name))];

    public static string Print(SchemaFragment fragment)
    {
        var printer = new SchemaPrinter(fragment);
        foreach (var space in fragment.Namespaces)
        {
            printer.PrintNamespace(space);
        }

        return printer._text.ToString();
    }

    private void PrintNamespace(NamespaceFragment space)
    {
        _space = space.Name;
        var indent = space.Name.Length == 0 ? "" : "  ";
        if (space.Name.Length > 0)
        {
            PrintAnnotations(space.Annotations, "");
            _ = _text.Append("namespace ").Append(space.Name).Append(" {\n");
        }

        foreach (var alias in space.CommonTypes)
        {
            PrintAnnotations(alias.Annotations, indent);
            _ = _text.Append(indent).Append("type ").Append(alias.Name).Append(" = ");
            PrintType(alias.Type, indent);
            _ = _text.Append(";\n");
        }

        foreach (var entity in space.Entities)
        {
            PrintEntity(entity, indent);
        }

        foreach (var action in space.Actions)
        {
            PrintAction(action, indent);
        }

        _ = _text.Append(space.Name.Length > 0 ? "}\n" : "");
    }

    private void PrintEntity(EntityDeclaration entity, string indent)
    {
        PrintAnnotations(entity.Annotations, indent);
        _ = _text.Append(indent).Append("entity ").Append(entity.Name);
        if (!entity.EnumIds.IsDefault)
        {
            _ = _text.Append(" enum [").AppendJoin(", ", entity.EnumIds.Select(Quoting.Quote)).Append(']');
        }

        if (!entity.ParentTypes.IsEmpty)
        {
            _ = _text.Append(" in [").AppendJoin(", ", entity.ParentTypes).Append(']');
        }

        if (entity.Shape is TypeExpression.Record { Fields.IsEmpty: false })
        {
            _ = _text.Append(" = ");
            PrintType(entity.Shape, indent);
        }

        if (entity.Tags is not null)
        {
            _ = _text.Append(" tags ");
            PrintType(entity.Tags, indent);
        }

        _ = _text.Append(";\n");
    }

    private void PrintAction(ActionSyntax action, string indent)
    {
        PrintAnnotations(action.Annotations, indent);
        _ = _text.Append(indent).Append("action ").Append(Quoting.Quote(action.Name));
        if (!action.Parents.IsEmpty)
        {
            _ = _text.Append(" in [").AppendJoin(", ", action.Parents.Select(p => p.Type is null ? Quoting.Quote(p.Id) : $"{p.Type}::{Quoting.Quote(p.Id)}")).Append(']');
        }

        if (action.AppliesTo is { } applies)
        {
            _ = _text.Append(" appliesTo {\n").Append(indent).Append("  principal: [").AppendJoin(", ", applies.PrincipalTypes)
                .Append("],\n").Append(indent).Append("  resource: [").AppendJoin(", ", applies.ResourceTypes).Append("],\n").Append(indent).Append("  context: ");
            if (applies.Context is null)
            {
                _ = _text.Append("{}");
            }
            else
            {
                PrintType(applies.Context, indent + "  ");
            }

            _ = _text.Append('\n').Append(indent).Append('}');
        }

        _ = _text.Append(";\n");
    }

    private void PrintType(TypeExpression type, string indent)
    {
        switch (type)
        {
            case TypeExpression.Set set:
                _ = _text.Append("Set<");
                PrintType(set.Element, indent);
                _ = _text.Append('>');
                break;
            case TypeExpression.Record { Fields.IsEmpty: true }:
                _ = _text.Append("{}");
                break;
            case TypeExpression.Record record:
                var inner = indent + "  ";
                _ = _text.Append("{\n");
                foreach (var field in record.Fields)
                {
                    PrintAnnotations(field.Annotations, inner);
                    _ = _text.Append(inner).Append(ExprPrinter.Key(field.Name)).Append(field.IsRequired ? ": " : "?: ");
                    PrintType(field.Type, inner);
                    _ = _text.Append(",\n");
                }

                _ = _text.Append(indent).Append('}');
                break;
            case TypeExpression.Named named:
                var path = named.Path == "Boolean" && named.Kind == TypeNameKind.BuiltIn ? "Bool" : named.Path;
                var isHidden = named.Kind == TypeNameKind.BuiltIn && (_declared.Contains(_space + "::" + path) || _declared.Contains("::" + path));
                _ = _text.Append(isHidden ? "__cedar::" : "").Append(path);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(type));
        }
    }

    private void PrintAnnotations(ImmutableArray<Annotation> annotations, string indent)
    {
        foreach (var annotation in annotations)
        {
            _ = _text.Append(indent).Append('@').Append(annotation.Name).Append('(').Append(Quoting.Quote(annotation.Value)).Append(")\n");
        }
    }
}
