using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Obstat.Cedar.Syntax;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Json;

/// <summary>Writes the JSON form of policies.</summary>
internal static class PolicyJsonWriter
{
    private static readonly JsonWriterOptions Options = new() { MaxDepth = 100_000, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(Policy policy) => Written(json => WritePolicy(json, policy));

    public static string WriteSet(PolicySet set) => Written(json =>
    {
        json.WriteStartObject();
        json.WriteStartObject("staticPolicies");
        foreach (var policy in set.Policies.Where(p => p.Template is null))
        {
            json.WritePropertyName(policy.Id);
            WritePolicy(json, policy);
        }

        json.WriteEndObject();
        json.WriteStartObject("templates");
        foreach (var template in set.Policies.Where(p => p.Template is not null).Select(p => p.Template!).DistinctBy(t => t.Id))
        {
            json.WritePropertyName(template.Id);
            WritePolicy(json, template);
        }

        json.WriteEndObject();
        json.WriteStartArray("templateLinks");
        foreach (var link in set.Policies.Where(p => p.Template is not null))
        {
            json.WriteStartObject();
            json.WriteString("templateId", link.Template!.Id);
            json.WriteString("newId", link.Id);
            json.WriteStartObject("values");
            if (link.Template.Principal.HasSlot)
            {
                WriteEntity(json, "?principal", link.Principal.Entity);
            }

            if (link.Template.Resource.HasSlot)
            {
                WriteEntity(json, "?resource", link.Resource.Entity);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static string Written(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            write(json);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WritePolicy(Utf8JsonWriter json, Policy policy)
    {
        json.WriteStartObject();
        json.WriteString("effect", policy.Effect == Effect.Permit ? "permit" : "forbid");
        WriteScope(json, "principal", policy.Principal);
        WriteScope(json, "action", policy.Action);
        WriteScope(json, "resource", policy.Resource);
        json.WriteStartArray("conditions");
        foreach (var condition in policy.Conditions)
        {
            json.WriteStartObject();
            json.WriteString("kind", condition.IsUnless ? "unless" : "when");
            json.WritePropertyName("body");
            WriteExpr(json, condition.Body);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (!policy.Annotations.IsEmpty)
        {
            json.WriteStartObject("annotations");
            foreach (var annotation in policy.Annotations)
            {
                json.WriteString(annotation.Name, annotation.Value);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteScope(Utf8JsonWriter json, string variable, ScopeConstraint scope)
    {
        json.WriteStartObject(variable);
        switch (scope.Kind)
        {
            case ScopeKind.Equal:
                json.WriteString("op", "==");
                WriteTarget(json, variable, scope);
                break;
            case ScopeKind.In:
            case ScopeKind.InSet when scope.Entities.Length == 1:
                json.WriteString("op", "in");
                WriteTarget(json, variable, scope);
                break;
            case ScopeKind.InSet:
                json.WriteString("op", "in");
                json.WriteStartArray("entities");
                foreach (var entity in scope.Entities)
                {
                    WriteEntity(json, entity);
                }

                json.WriteEndArray();
                break;
            case ScopeKind.Is or ScopeKind.IsIn:
                json.WriteString("op", "is");
                json.WriteString("entity_type", scope.EntityType);
                if (scope.Kind == ScopeKind.IsIn)
                {
                    json.WriteStartObject("in");
                    WriteTarget(json, variable, scope);
                    json.WriteEndObject();
                }

                break;
            default:
                json.WriteString("op", "All");
                break;
        }

        json.WriteEndObject();
    }

    private static void WriteTarget(Utf8JsonWriter json, string variable, ScopeConstraint scope)
    {
        if (scope.HasSlot)
        {
            json.WriteString("slot", "?" + variable);
        }
        else
        {
            WriteEntity(json, "entity", scope.Entity);
        }
    }

    private static void WriteEntity(Utf8JsonWriter json, string name, EntityUid uid)
    {
        json.WritePropertyName(name);
        WriteEntity(json, uid);
    }

    private static void WriteEntity(Utf8JsonWriter json, EntityUid uid)
    {
        json.WriteStartObject();
        json.WriteString("type", uid.Type);
        json.WriteString("id", uid.Id);
        json.WriteEndObject();
    }

    private static void WriteExpr(Utf8JsonWriter json, Expr expr)
    {
        json.WriteStartObject();
        switch (expr)
        {
            case Expr.Literal e:
                json.WritePropertyName("Value");
                WriteValue(json, e.Value);
                break;
            case Expr.Var e:
                json.WriteString("Var", ExprPrinter.Name(e.Variable));
                break;
            case Expr.If e:
                json.WriteStartObject("if-then-else");
                WriteMember(json, "if", e.Condition);
                WriteMember(json, "then", e.Then);
                WriteMember(json, "else", e.Else);
                json.WriteEndObject();
                break;
            case Expr.And e:
                WriteChain(json, "&&", e.Operands.AsSpan());
                break;
            case Expr.Or e:
                WriteChain(json, "||", e.Operands.AsSpan());
                break;
            case Expr.Not e:
                WriteUnary(json, "!", e.Operand);
                break;
            case Expr.Negate e:
                WriteUnary(json, "neg", e.Operand);
                break;
            case Expr.IsEmpty e:
                WriteUnary(json, "isEmpty", e.Operand);
                break;
            case Expr.Binary e:
                json.WriteStartObject(Operators.Text(e.Operator));
                WriteMember(json, "left", e.Left);
                WriteMember(json, "right", e.Right);
                json.WriteEndObject();
                break;
            case Expr.Has e:
                json.WriteStartObject("has");
                WriteMember(json, "left", e.Target);
                if (e.Path.Length == 1)
                {
                    json.WriteString("attr", e.Path[0]);
                }
                else
                {
                    json.WriteStartArray("attr");
                    foreach (var name in e.Path)
                    {
                        json.WriteStringValue(name);
                    }

                    json.WriteEndArray();
                }

                json.WriteEndObject();
                break;
            case Expr.Attribute e:
                json.WriteStartObject(".");
                WriteMember(json, "left", e.Target);
                json.WriteString("attr", e.Name);
                json.WriteEndObject();
                break;
            case Expr.Like e:
                json.WriteStartObject("like");
                WriteMember(json, "left", e.Target);
                WritePattern(json, e.Pattern);
                json.WriteEndObject();
                break;
            case Expr.Is e:
                json.WriteStartObject("is");
                WriteMember(json, "left", e.Target);
                json.WriteString("entity_type", e.EntityType);
                if (e.Container is not null)
                {
                    WriteMember(json, "in", e.Container);
                }

                json.WriteEndObject();
                break;
            case Expr.SetLiteral e:
                WriteList(json, "Set", e.Elements.AsSpan());
                break;
            case Expr.RecordLiteral e:
                json.WriteStartObject("Record");
                foreach (var (name, value) in e.Fields)
                {
                    WriteMember(json, name, value);
                }

                json.WriteEndObject();
                break;
            case Expr.ExtensionCall e:
                WriteList(json, e.Function.Name, e.Arguments.AsSpan());
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(expr));
        }

        json.WriteEndObject();
    }

    private static void WriteMember(Utf8JsonWriter json, string name, Expr expr)
    {
        json.WritePropertyName(name);
        WriteExpr(json, expr);
    }

    private static void WriteUnary(Utf8JsonWriter json, string op, Expr operand)
    {
        json.WriteStartObject(op);
        WriteMember(json, "arg", operand);
        json.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter json, string name, ReadOnlySpan<Expr> items)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            WriteExpr(json, item);
        }

        json.WriteEndArray();
    }

    /// <summary>A chain is nested to the left, inside an object that is open already.</summary>
    private static void WriteChain(Utf8JsonWriter json, string op, ReadOnlySpan<Expr> operands)
    {
        for (var i = 1; i < operands.Length; i++)
        {
            json.WriteStartObject(op);
            json.WritePropertyName("left");
            if (i < operands.Length - 1)
            {
                json.WriteStartObject();
            }
        }

        WriteExpr(json, operands[0]);
        for (var i = 1; i < operands.Length; i++)
        {
            WriteMember(json, "right", operands[i]);
            json.WriteEndObject();
            if (i < operands.Length - 1)
            {
                json.WriteEndObject();
            }
        }
    }

    private static void WritePattern(Utf8JsonWriter json, Pattern pattern)
    {
        json.WriteStartArray("pattern");
        foreach (var part in pattern.Parts)
        {
            if (part is null)
            {
                json.WriteStringValue("Wildcard");
                continue;
            }

            foreach (var rune in part.EnumerateRunes())
            {
                json.WriteStartObject();
                json.WriteString("Literal", rune.ToString());
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
    }

    private static void WriteValue(Utf8JsonWriter json, CedarValue value)
    {
        switch (value)
        {
            case CedarBool b:
                json.WriteBooleanValue(b.Value);
                break;
            case CedarLong n:
                json.WriteNumberValue(n.Value);
                break;
            case CedarString s:
                json.WriteStringValue(s.Value);
                break;
            case EntityUid uid:
                json.WriteStartObject();
                WriteEntity(json, "__entity", uid);
                json.WriteEndObject();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(value));
        }
    }
}
