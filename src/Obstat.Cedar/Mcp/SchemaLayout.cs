using System.Text;
using Obstat.Cedar.Schemas;
using Obstat.Cedar.Syntax;

namespace Obstat.Cedar.Mcp;

/// <summary>The text of a generated schema as the official generator lays it out: a blank line between declarations, no comma after the last field.</summary>
internal sealed class SchemaLayout
{
    private readonly StringBuilder _text = new();
    private readonly HashSet<string> _declared;
    private string _space = "";

    private SchemaLayout(SchemaFragment fragment) =>
        _declared = [.. fragment.Namespaces.SelectMany(n => n.Entities.Select(e => e.Name).Concat(n.CommonTypes.Select(c => c.Name)).Select(name => n.Name + "::" + name))];

    public static string Print(SchemaFragment fragment)
    {
        var layout = new SchemaLayout(fragment);
        foreach (var space in fragment.Namespaces)
        {
            layout.Print(space);
        }

        return layout._text.ToString();
    }

    private void Print(NamespaceFragment space)
    {
        _space = space.Name;
        _ = _text.Append(_text.Length == 0 ? "" : "\n").Append("namespace ").Append(space.Name).Append(" {\n");
        var isFirst = true;
        void Begin()
        {
            _ = _text.Append(isFirst ? "" : "\n");
            isFirst = false;
        }

        foreach (var type in space.CommonTypes)
        {
            Begin();
            Annotate(type.Annotations);
            _ = _text.Append("  type ").Append(type.Name).Append(" = ").Append(Text(type.Type, "  ")).Append(";\n");
        }

        foreach (var entity in space.Entities)
        {
            Begin();
            Annotate(entity.Annotations);
            _ = _text.Append("  entity ").Append(entity.Name)
                .Append(entity.EnumIds.IsDefault ? "" : $" enum [{string.Join(", ", entity.EnumIds.Select(Quoting.Quote))}]")
                .Append(entity.ParentTypes.IsEmpty ? "" : $" in [{string.Join(", ", entity.ParentTypes)}]")
                .Append(entity.Shape is TypeExpression.Record { Fields.IsEmpty: false } shape ? $" = {Text(shape, "  ")}" : "")
                .Append(entity.Tags is null ? "" : $" tags {Text(entity.Tags, "")}").Append(";\n");
        }

        foreach (var action in space.Actions)
        {
            Begin();
            Annotate(action.Annotations);
            _ = _text.Append("  action ").Append(Quoting.Quote(action.Name))
                .Append(action.Parents.IsEmpty ? "" : $" in [{string.Join(", ", action.Parents.Select(p => $"{p.Type ?? "Action"}::{Quoting.Quote(p.Id)}"))}]");
            if (action.AppliesTo is { } applies)
            {
                _ = _text.Append(" appliesTo {\n    principal: [").AppendJoin(", ", applies.PrincipalTypes).Append("],\n    resource: [").AppendJoin(", ", applies.ResourceTypes)
                    .Append("],\n    context: ").Append(applies.Context is null ? "{}" : Text(applies.Context, "    ")).Append("\n  }");
            }

            _ = _text.Append(";\n");
        }

        _ = _text.Append("}\n");
    }

    private string Text(TypeExpression type, string indent) => type switch
    {
        TypeExpression.Set set => $"Set<{Text(set.Element, indent)}>",
        TypeExpression.Record { Fields.IsEmpty: true } => $"{{{indent}}}",
        TypeExpression.Record record => "{\n" + string.Join(",\n", record.Fields.Select(f => $"{indent}  {ExprPrinter.Key(f.Name)}{(f.IsRequired ? "" : "?")}: {Text(f.Type, indent + "  ")}")) + $"\n{indent}}}",
        TypeExpression.Named named => named.Kind == TypeNameKind.BuiltIn && (_declared.Contains($"{_space}::{named.Path}") || _declared.Contains("::" + named.Path))
            ? "__cedar::" + named.Path
            : named.Path,
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    private void Annotate(IEnumerable<Annotation> annotations)
    {
        foreach (var annotation in annotations)
        {
            _ = _text.Append("  @").Append(annotation.Name).Append('(').Append(Quoting.Quote(annotation.Value)).Append(")\n");
        }
    }
}
