using Obstat.Cedar.Evaluation;
using Obstat.Cedar.Schemas;
using Obstat.Cedar.Syntax;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Validation;

/// <summary>Sets, records and calls of extension functions.</summary>
internal sealed partial class Typechecker
{
    private Typed? CheckSetLiteral(Expr.SetLiteral e, Capabilities known)
    {
        if (e.Elements.IsEmpty)
        {
            return Refuse(DiagnosticCode.EmptySetForbidden, "the elements of an empty set have no type", e);
        }

        CedarType? joined = null;
        var failed = false;
        foreach (var element in e.Elements)
        {
            if (Check(element, known) is not { } typed)
            {
                failed = true;
            }
            else if (joined is null)
            {
                joined = typed.Type;
            }
            else if (TypeJoin.Of(joined, typed.Type) is { } wider)
            {
                joined = wider;
            }
            else
            {
                failed = Incompatible(joined, typed.Type, e) is null;
            }
        }

        return failed || joined is null ? null : new(new CedarType.Set(joined));
    }

    private Typed? CheckRecord(Expr.RecordLiteral e, Capabilities known)
    {
        var attributes = new List<AttributeType>(e.Fields.Length);
        foreach (var (name, value) in e.Fields)
        {
            if (Check(value, known) is { } typed)
            {
                attributes.Add(new(name, typed.Type, IsRequired: true));
            }
        }

        return attributes.Count == e.Fields.Length ? new(new CedarType.Record(attributes)) : null;
    }

    private Typed? CheckCall(Expr.ExtensionCall e, Capabilities known)
    {
        var failed = false;
        for (var i = 0; i < e.Arguments.Length; i++)
        {
            var expected = i < e.Function.Parameters.Count ? CedarType.Of(e.Function.Parameters[i]) : null;
            failed |= expected is null ? Check(e.Arguments[i], known) is null : !Expect(e.Arguments[i], known, expected);
        }

        if (e.Arguments.Length != e.Function.Parameters.Count)
        {
            return Refuse(DiagnosticCode.WrongNumberArguments, $"{e.Function.Name} takes {e.Function.Parameters.Count} arguments", e);
        }

        if (failed)
        {
            return null;
        }

        if (!e.Function.IsMethod)
        {
            if (e.Arguments[0] is not Expr.Literal { Value: CedarString text })
            {
                return Refuse(DiagnosticCode.NonLitExtConstructor, "a constructor takes a string literal", e);
            }

            if (Extensions.Construct(e.Function.Result, text.Value) is null)
            {
                return Refuse(DiagnosticCode.FunctionArgumentValidation, $"no value of the type {CedarType.Of(e.Function.Result)}", e);
            }
        }

        return new(CedarType.Of(e.Function.Result));
    }
}
