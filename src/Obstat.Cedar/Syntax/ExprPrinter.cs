using System.Text;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Syntax;

/// <summary>Writes expressions on one line, with as few parentheses as the grammar allows. Reading the text gives the same tree.</summary>
public static class ExprPrinter
{
    private const int IfLevel = 0;
    private const int OrLevel = 1;
    private const int AndLevel = 2;
    private const int RelationLevel = 3;
    private const int SumLevel = 4;
    private const int ProductLevel = 5;
    private const int UnaryLevel = 6;
    private const int MemberLevel = 7;

    /// <summary>The text of an expression.</summary>
    public static string Print(Expr expr)
    {
        var target = new StringBuilder();
        Append(target, expr, IfLevel);
        return target.ToString();
    }

    /// <summary>A name as it stands in a record: as it is if it is an identifier, else in quotes.</summary>
    internal static string Key(string name) => Identifiers.IsName(name) ? name : Quoting.Quote(name);

    /// <summary>How tightly an expression binds.</summary>
    private static int LevelOf(Expr expr) => expr switch
    {
        Expr.If => IfLevel,
        Expr.Or => OrLevel,
        Expr.And => AndLevel,
        Expr.Has or Expr.Like or Expr.Is => RelationLevel,
        Expr.Binary { Operator: BinaryOperator.Add or BinaryOperator.Subtract } => SumLevel,
        Expr.Binary { Operator: BinaryOperator.Multiply } => ProductLevel,
        Expr.Binary b => Operators.IsMethod(b.Operator) ? MemberLevel : RelationLevel,
        Expr.Not or Expr.Negate or Expr.Literal { Value: CedarLong { Value: < 0 } } => UnaryLevel,
        _ => MemberLevel,
    };

    private static void Append(StringBuilder target, Expr expr, int level)
    {
        if (LevelOf(expr) >= level)
        {
            AppendBare(target, expr);
            return;
        }

        _ = target.Append('(');
        AppendBare(target, expr);
        _ = target.Append(')');
    }

    private static void AppendBare(StringBuilder target, Expr expr)
    {
        switch (expr)
        {
            case Expr.Literal e:
                _ = target.Append(e.Value);
                break;
            case Expr.Var e:
                _ = target.Append(Name(e.Variable));
                break;
            case Expr.If e:
                _ = target.Append("if ");
                Append(target, e.Condition, IfLevel);
                _ = target.Append(" then ");
                Append(target, e.Then, IfLevel);
                _ = target.Append(" else ");
                Append(target, e.Else, IfLevel);
                break;
            case Expr.And e:
                AppendList(target, e.Operands, " && ", RelationLevel);
                break;
            case Expr.Or e:
                AppendList(target, e.Operands, " || ", AndLevel);
                break;
            case Expr.Not e:
                _ = target.Append('!');
                Append(target, e.Operand, MemberLevel);
                break;
            case Expr.Negate e:
                // A minus in front of a bare number would be part of the number.
                _ = target.Append('-');
                Append(target, e.Operand, e.Operand is Expr.Literal { Value: CedarLong } ? MemberLevel + 1 : MemberLevel);
                break;
            case Expr.Binary e when Operators.IsMethod(e.Operator):
                AppendCall(target, e.Left, Operators.Text(e.Operator), [e.Right]);
                break;
            case Expr.Binary e:
                var level = LevelOf(e);
                Append(target, e.Left, level == RelationLevel ? SumLevel : level);
                _ = target.Append(' ').Append(Operators.Text(e.Operator)).Append(' ');
                Append(target, e.Right, level + 1);
                break;
            case Expr.IsEmpty e:
                AppendCall(target, e.Operand, "isEmpty", []);
                break;
            case Expr.Has e:
                Append(target, e.Target, SumLevel);
                _ = target.Append(" has ").Append(e.Path.Length == 1 ? Key(e.Path[0]) : string.Join('.', e.Path));
                break;
            case Expr.Attribute e:
                Append(target, e.Target, MemberLevel);
                _ = Identifiers.IsName(e.Name) ? target.Append('.').Append(e.Name) : target.Append('[').Append(Quoting.Quote(e.Name)).Append(']');
                break;
            case Expr.Like e:
                Append(target, e.Target, SumLevel);
                _ = target.Append(" like ").Append(e.Pattern);
                break;
            case Expr.Is e:
                Append(target, e.Target, SumLevel);
                _ = target.Append(" is ").Append(e.EntityType);
                if (e.Container is not null)
                {
                    _ = target.Append(" in ");
                    Append(target, e.Container, SumLevel);
                }

                break;
            case Expr.SetLiteral e:
                _ = target.Append('[');
                AppendList(target, e.Elements, ", ", IfLevel);
                _ = target.Append(']');
                break;
            case Expr.RecordLiteral e:
                _ = target.Append('{');
                for (var i = 0; i < e.Fields.Length; i++)
                {
                    _ = target.Append(i == 0 ? "" : ", ").Append(Key(e.Fields[i].Key)).Append(": ");
                    Append(target, e.Fields[i].Value, IfLevel);
                }

                _ = target.Append('}');
                break;
            case Expr.ExtensionCall { Function.IsMethod: true, Arguments.IsEmpty: false } e:
                AppendCall(target, e.Arguments[0], e.Function.Name, e.Arguments.AsSpan()[1..]);
                break;
            case Expr.ExtensionCall e:
                _ = target.Append(e.Function.Name).Append('(');
                AppendList(target, e.Arguments, ", ", IfLevel);
                _ = target.Append(')');
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(expr));
        }
    }

    internal static string Name(Variable variable) => variable switch
    {
        Variable.Principal => "principal",
        Variable.Action => "action",
        Variable.Resource => "resource",
        Variable.Context => "context",
        _ => throw new ArgumentOutOfRangeException(nameof(variable)),
    };

    private static void AppendCall(StringBuilder target, Expr owner, string name, ReadOnlySpan<Expr> arguments)
    {
        Append(target, owner, MemberLevel);
        _ = target.Append('.').Append(name).Append('(');
        AppendList(target, arguments, ", ", IfLevel);
        _ = target.Append(')');
    }

    private static void AppendList(StringBuilder target, ReadOnlySpan<Expr> items, string separator, int level)
    {
        for (var i = 0; i < items.Length; i++)
        {
            if (i > 0)
            {
                _ = target.Append(separator);
            }

            Append(target, items[i], level);
        }
    }

    private static void AppendList(StringBuilder target, System.Collections.Immutable.ImmutableArray<Expr> items, string separator, int level) =>
        AppendList(target, items.AsSpan(), separator, level);
}
