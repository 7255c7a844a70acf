using Obstat.Cedar.Syntax;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Evaluation;

/// <summary>The functions and methods of the extension types, on values.</summary>
internal static class Extensions
{
    /// <summary>The result; or nothing, and why.</summary>
    public static CedarValue? Call(ExtensionFunction function, ReadOnlySpan<CedarValue> arguments, out EvaluationError error)
    {
        error = EvaluationError.TypeError;
        if (arguments.Length != function.Parameters.Count)
        {
            return null;
        }

        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i].Kind != function.Parameters[i])
            {
                return null;
            }
        }

        var result = function.IsMethod ? Method(function.Name, arguments, out error) : Construct(function.Result, ((CedarString)arguments[0]).Value);
        if (!function.IsMethod)
        {
            error = EvaluationError.ExtensionError;
        }

        return result;
    }

    /// <summary>The value of an extension type that a text stands for.</summary>
    public static CedarValue? Construct(CedarKind kind, string text)
    {
        switch (kind)
        {
            case CedarKind.Decimal:
                return CedarDecimal.TryParse(text, out var number) ? number : null;
            case CedarKind.IpAddr:
                return CedarIpAddr.TryParse(text, out var address) ? address : null;
            case CedarKind.DateTime:
                return CedarDateTime.TryParse(text, out var moment) ? moment : null;
            case CedarKind.Duration:
                return CedarDuration.TryParse(text, out var length) ? length : null;
            default:
                return null;
        }
    }

    private static CedarValue? Method(string name, ReadOnlySpan<CedarValue> a, out EvaluationError error)
    {
        error = EvaluationError.Overflow;
        switch (name)
        {
            case "isIpv4": return CedarValue.Of(((CedarIpAddr)a[0]).IsIpv4);
            case "isIpv6": return CedarValue.Of(!((CedarIpAddr)a[0]).IsIpv4);
            case "isLoopback": return CedarValue.Of(((CedarIpAddr)a[0]).IsLoopback);
            case "isMulticast": return CedarValue.Of(((CedarIpAddr)a[0]).IsMulticast);
            case "isInRange": return CedarValue.Of(((CedarIpAddr)a[0]).IsInRange((CedarIpAddr)a[1]));
            case "lessThan": return CedarValue.Of(((CedarDecimal)a[0]).Units < ((CedarDecimal)a[1]).Units);
            case "lessThanOrEqual": return CedarValue.Of(((CedarDecimal)a[0]).Units <= ((CedarDecimal)a[1]).Units);
            case "greaterThan": return CedarValue.Of(((CedarDecimal)a[0]).Units > ((CedarDecimal)a[1]).Units);
            case "greaterThanOrEqual": return CedarValue.Of(((CedarDecimal)a[0]).Units >= ((CedarDecimal)a[1]).Units);
            case "offset": return Moment((Int128)Ms(a[0]) + Ms(a[1]));
            case "durationSince": return Length((Int128)Ms(a[0]) - Ms(a[1]));
            case "toDate": return Moment(Ms(a[0]) - (Int128)SinceMidnight(Ms(a[0])));
            case "toTime": return CedarDuration.OfMilliseconds(SinceMidnight(Ms(a[0])));
            case "toMilliseconds": return CedarValue.Of(Ms(a[0]));
            case "toSeconds": return CedarValue.Of(Ms(a[0]) / 1000);
            case "toMinutes": return CedarValue.Of(Ms(a[0]) / 60_000);
            case "toHours": return CedarValue.Of(Ms(a[0]) / 3_600_000);
            case "toDays": return CedarValue.Of(Ms(a[0]) / CedarDateTime.DayMilliseconds);
            default:
                error = EvaluationError.TypeError;
                return null;
        }
    }

    private static long Ms(CedarValue value) => value is CedarDateTime moment ? moment.Milliseconds : ((CedarDuration)value).Milliseconds;

    private static long SinceMidnight(long moment)
    {
        var rest = moment % CedarDateTime.DayMilliseconds;
        return rest < 0 ? rest + CedarDateTime.DayMilliseconds : rest;
    }

    private static CedarDateTime? Moment(Int128 ms) => ms < long.MinValue || ms > long.MaxValue ? null : CedarDateTime.OfMilliseconds((long)ms);

    private static CedarDuration? Length(Int128 ms) => ms < long.MinValue || ms > long.MaxValue ? null : CedarDuration.OfMilliseconds((long)ms);
}
