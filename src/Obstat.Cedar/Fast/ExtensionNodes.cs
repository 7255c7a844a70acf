using Obstat.Cedar.Evaluation;
using Obstat.Cedar.Syntax;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Fast;

/// <summary>The methods that need numbers only.</summary>
internal enum NumberMethod
{
    None = 0,
    LessThan,
    LessThanOrEqual,
    GreaterThan,
    GreaterThanOrEqual,
    Offset,
    DurationSince,
    ToDate,
    ToTime,
    Divide,
}

/// <summary>Any function or method, on objects: the way of the reference evaluator.</summary>
internal sealed class CallNode(ExtensionFunction function, Node[] arguments, Expr source) : Node(source)
{
    public override bool Evaluate(Frame frame, out FastValue value)
    {
        value = default;
        var values = new CedarValue[arguments.Length];
        for (var i = 0; i < values.Length; i++)
        {
            if (!arguments[i].Evaluate(frame, out var argument))
            {
                return false;
            }

            values[i] = argument.ToValue();
        }

        if (Extensions.Call(function, values, out var error) is not { } result)
        {
            return frame.Fail(error, Source);
        }

        value = FastValue.Of(result);
        return true;
    }
}

/// <summary>The methods of addresses.</summary>
internal sealed class AddressNode(string method, Node target, Node? argument, Expr source) : BoolNode(source)
{
    public override int Test(Frame frame)
    {
        FastValue range = default;
        if (!target.Evaluate(frame, out var value) || (argument is not null && !argument.Evaluate(frame, out range)))
        {
            return Failed;
        }

        if (value.Kind != CedarKind.IpAddr || (argument is not null && range.Kind != CedarKind.IpAddr))
        {
            return Fail(frame, EvaluationError.TypeError, Source);
        }

        var address = (CedarIpAddr)value.Object!;
        return Of(method switch
        {
            "isIpv4" => address.IsIpv4,
            "isIpv6" => !address.IsIpv4,
            "isLoopback" => address.IsLoopback,
            "isMulticast" => address.IsMulticast,
            _ => address.IsInRange((CedarIpAddr)range.Object!),
        });
    }
}

/// <summary>The methods of decimals, moments and lengths, without objects.</summary>
internal sealed class NumberNode(NumberMethod method, ExtensionFunction function, long divisor, Node target, Node? argument, Expr source) : Node(source)
{
    private readonly CedarKind _first = function.Parameters[0];
    private readonly CedarKind _second = function.Parameters.Count > 1 ? function.Parameters[1] : CedarKind.None;

    public override bool Evaluate(Frame frame, out FastValue value)
    {
        FastValue other = default;
        if (!target.Evaluate(frame, out value) || (argument is not null && !argument.Evaluate(frame, out other)))
        {
            return false;
        }

        if (value.Kind != _first || other.Kind != _second)
        {
            return frame.Fail(EvaluationError.TypeError, Source);
        }

        var (a, b) = (value.Bits, other.Bits);
        Int128 exact = method switch
        {
            NumberMethod.LessThan => a < b ? 1 : 0,
            NumberMethod.LessThanOrEqual => a <= b ? 1 : 0,
            NumberMethod.GreaterThan => a > b ? 1 : 0,
            NumberMethod.GreaterThanOrEqual => a >= b ? 1 : 0,
            NumberMethod.Offset => (Int128)a + b,
            NumberMethod.DurationSince => (Int128)a - b,
            NumberMethod.ToDate => (Int128)a - SinceMidnight(a),
            NumberMethod.ToTime => SinceMidnight(a),
            _ => a / divisor,
        };
        if (exact < long.MinValue || exact > long.MaxValue)
        {
            return frame.Fail(EvaluationError.Overflow, Source);
        }

        value = FastValue.Of(function.Result, (long)exact);
        return true;
    }

    private static long SinceMidnight(long moment)
    {
        var rest = moment % CedarDateTime.DayMilliseconds;
        return rest < 0 ? rest + CedarDateTime.DayMilliseconds : rest;
    }
}
