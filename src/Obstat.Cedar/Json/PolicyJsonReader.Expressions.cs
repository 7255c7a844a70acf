using System.Collections.Immutable;
using System.Text.Json;
using Obstat.Cedar.Syntax;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Json;

/// <summary>The expressions: an object with one member, named like the operator.</summary>
internal sealed partial class PolicyJsonReader
{
    private Expr? ReadMember(JsonElement json, string name, int depth) =>
        StrictJson.Member(json, name) is { } member ? ReadExpr(member, depth) : Refuse<Expr>($"{name} is missing");

    private Expr? ReadExpr(JsonElement json, int depth)
    {
        if (depth >= Limits.NestingMax)
        {
            Refuse(DiagnosticCode.NestingTooDeep, $"at most {Limits.NestingMax} levels of nesting", _subject);
            return null;
        }

        if (json.ValueKind != JsonValueKind.Object || json.GetPropertyCount() != 1)
        {
            return Refuse<Expr>("an expression is an object with one member");
        }

        if (!Count())
        {
            return null;
        }

        var member = json.EnumerateObject().First();
        if (StrictJson.Name(member) is not { } op)
        {
            return Refuse<Expr>("a name is no Unicode text");
        }

        var body = member.Value;
        return op switch
        {
            "Value" => ReadValue(body),
            "Var" => ReadVariable(body),
            "Slot" => Refuse<Expr>("a slot may stand in the scope only"),
            "!" => ReadUnary(body, depth, e => new Expr.Not(e, default)),
            "neg" => ReadUnary(body, depth, e => new Expr.Negate(e, default)),
            "isEmpty" => ReadUnary(body, depth, e => new Expr.IsEmpty(e, default)),
            "&&" or "||" => ReadChain(json, op, depth),
            "has" => ReadHas(body, depth),
            "." => ReadAttribute(body, depth),
            "like" => ReadLike(body, depth),
            "is" => ReadIs(body, depth),
            "if-then-else" => ReadIf(body, depth),
            "Set" => ReadItems(body, depth) is { } items ? new Expr.SetLiteral(items, default) : null,
            "Record" => ReadRecord(body, depth),
            _ when BinaryOf(op) is var binary and not BinaryOperator.None => ReadBinary(body, binary, depth),
            _ => ReadCall(op, body, depth),
        };
    }

    private static BinaryOperator BinaryOf(string op) => op switch
    {
        "==" => BinaryOperator.Equal,
        "!=" => BinaryOperator.NotEqual,
        "<" => BinaryOperator.Less,
        "<=" => BinaryOperator.LessEqual,
        ">" => BinaryOperator.Greater,
        ">=" => BinaryOperator.GreaterEqual,
        "in" => BinaryOperator.In,
        "+" => BinaryOperator.Add,
        "-" => BinaryOperator.Subtract,
        "*" => BinaryOperator.Multiply,
        _ => Operators.Method(op),
    };

    private Expr.Literal? ReadValue(JsonElement body)
    {
        CedarValue? value;
        switch (body.ValueKind)
        {
            case JsonValueKind.True or JsonValueKind.False:
                value = CedarValue.Of(body.ValueKind == JsonValueKind.True);
                break;
            case JsonValueKind.Number when StrictJson.TryInteger(body, out var number):
                value = CedarValue.Of(number);
                break;
            case JsonValueKind.String when StrictJson.Text(body) is { } text:
                value = CedarValue.Of(text);
                break;
            case JsonValueKind.Object when StrictJson.Member(body, "__entity") is not null:
                value = _values.ReadUid(body, _subject);
                break;
            default:
                return Refuse<Expr.Literal>("a literal is a bool, an integer, a string or an entity");
        }

        return value is null ? null : new(value, default);
    }

    private Expr.Var? ReadVariable(JsonElement body) => (body.ValueKind == JsonValueKind.String ? StrictJson.Text(body) : null) switch
    {
        "principal" => new(Variable.Principal, default),
        "action" => new(Variable.Action, default),
        "resource" => new(Variable.Resource, default),
        "context" => new(Variable.Context, default),
        _ => Refuse<Expr.Var>("no such variable"),
    };

    private Expr? ReadUnary(JsonElement body, int depth, Func<Expr, Expr> make) => Known(body, "arg") && ReadMember(body, "arg", depth + 1) is { } operand ? make(operand) : null;

    /// <summary>Reads a chain that is nested to the left, from its end.</summary>
    private Expr? ReadChain(JsonElement json, string op, int depth)
    {
        var operands = new List<Expr>();
        var current = json;
        while (current.ValueKind == JsonValueKind.Object && current.GetPropertyCount() == 1 && StrictJson.Member(current, op) is { } body)
        {
            if (!Count() || !Known(body, "left", "right") || ReadMember(body, "right", depth + 1) is not { } right)
            {
                return null;
            }

            operands.Add(right);
            if (StrictJson.Member(body, "left") is not { } left)
            {
                return Refuse<Expr>("left is missing");
            }

            current = left;
        }

        if (ReadExpr(current, depth + 1) is not { } first)
        {
            return null;
        }

        operands.Add(first);
        operands.Reverse();
        return op == "&&" ? new Expr.And([.. operands], default) : new Expr.Or([.. operands], default);
    }

    private Expr.Binary? ReadBinary(JsonElement body, BinaryOperator op, int depth) =>
        Known(body, "left", "right") && ReadMember(body, "left", depth + 1) is { } left && ReadMember(body, "right", depth + 1) is { } right
            ? new(op, left, right, default)
            : null;

    private Expr.Has? ReadHas(JsonElement body, int depth)
    {
        if (!Known(body, "left", "attr") || ReadMember(body, "left", depth + 1) is not { } target || StrictJson.Member(body, "attr") is not { } attr)
        {
            return Refuse<Expr.Has>("has takes left and attr");
        }

        if (attr.ValueKind == JsonValueKind.String && StrictJson.Text(attr) is { } one)
        {
            return new(target, [one], default);
        }

        var path = attr.ValueKind == JsonValueKind.Array && attr.GetArrayLength() is > 0 and < Limits.NestingMax
            ? attr.EnumerateArray().Select(a => a.ValueKind == JsonValueKind.String ? StrictJson.Text(a) : null).ToList()
            : [];

        // A path of several names has no text form unless they are identifiers.
        return path.Count == 0 || path.Any(p => p is null) || (path.Count > 1 && !path.All(p => Identifiers.IsName(p!)))
            ? Refuse<Expr.Has>("attr is a name, or identifiers")
            : new(target, [.. path!], default);
    }

    private Expr.Attribute? ReadAttribute(JsonElement body, int depth) =>
        Known(body, "left", "attr") && ReadMember(body, "left", depth + 1) is { } target && Text(body, "attr") is { } name ? new(target, name, default) : null;

    private Expr.Like? ReadLike(JsonElement body, int depth)
    {
        if (!Known(body, "left", "pattern") || ReadMember(body, "left", depth + 1) is not { } target
            || StrictJson.Member(body, "pattern") is not { ValueKind: JsonValueKind.Array } pattern)
        {
            return Refuse<Expr.Like>("like takes left and pattern");
        }

        var parts = new List<string?>();
        foreach (var item in pattern.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.String && item.ValueEquals("Wildcard"))
            {
                parts.Add(null);
            }
            else if (Known(item, "Literal") && Text(item, "Literal") is { } literal)
            {
                if (parts.Count > 0 && parts[^1] is { } before)
                {
                    parts[^1] = before + literal;
                }
                else if (literal.Length > 0)
                {
                    parts.Add(literal);
                }
            }
            else
            {
                return null;
            }
        }

        return new(target, new(parts), default);
    }

    private Expr.Is? ReadIs(JsonElement body, int depth)
    {
        if (!Known(body, "left", "entity_type", "in") || ReadMember(body, "left", depth + 1) is not { } target || Text(body, "entity_type") is not { } type)
        {
            return null;
        }

        if (!Identifiers.IsPath(type))
        {
            return Refuse<Expr.Is>("entity_type is a path");
        }

        Expr? container = null;
        return StrictJson.Member(body, "in") is { } json && (container = ReadExpr(json, depth + 1)) is null ? null : new(target, type, container, default);
    }

    private Expr.If? ReadIf(JsonElement body, int depth) =>
        Known(body, "if", "then", "else") && ReadMember(body, "if", depth + 1) is { } condition && ReadMember(body, "then", depth + 1) is { } then
            && ReadMember(body, "else", depth + 1) is { } otherwise
            ? new(condition, then, otherwise, default)
            : null;

    private Expr.RecordLiteral? ReadRecord(JsonElement body, int depth)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            return Refuse<Expr.RecordLiteral>("a record is an object");
        }

        var fields = ImmutableArray.CreateBuilder<KeyValuePair<string, Expr>>();
        foreach (var member in body.EnumerateObject())
        {
            if (StrictJson.Name(member) is not { } name || ReadExpr(member.Value, depth + 1) is not { } value)
            {
                return Refuse<Expr.RecordLiteral>("a field of a record");
            }

            fields.Add(new(name, value));
        }

        return new(fields.DrainToImmutable(), default);
    }

    private Expr.ExtensionCall? ReadCall(string name, JsonElement body, int depth)
    {
        if (ExtensionFunction.Find(name) is not { } function)
        {
            Refuse(DiagnosticCode.UnknownFunction, $"there is no operator or function {name}", _subject);
            return null;
        }

        if (ReadItems(body, depth) is not { } arguments)
        {
            return null;
        }

        if (!function.IsMethod || !arguments.IsEmpty)
        {
            return new(function, arguments, default);
        }

        Refuse(DiagnosticCode.WrongArgumentCount, $"{name} is a method of its first argument", _subject);
        return null;
    }

    private ImmutableArray<Expr>? ReadItems(JsonElement body, int depth)
    {
        if (body.ValueKind != JsonValueKind.Array)
        {
            Refuse("expected an array");
            return null;
        }

        var items = ImmutableArray.CreateBuilder<Expr>(body.GetArrayLength());
        foreach (var item in body.EnumerateArray())
        {
            if (ReadExpr(item, depth + 1) is not { } expr)
            {
                return null;
            }

            items.Add(expr);
        }

        return items.DrainToImmutable();
    }

    private bool Count()
    {
        if (++_nodes <= Limits.PolicyNodesMax)
        {
            return true;
        }

        Refuse(DiagnosticCode.TooManyNodes, $"a policy has at most {Limits.PolicyNodesMax} nodes", _subject);
        return false;
    }
}
