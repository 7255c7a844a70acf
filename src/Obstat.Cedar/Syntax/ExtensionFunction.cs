using System.Collections.Frozen;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Syntax;

/// <summary>A function or method of one of the four extension types.</summary>
public sealed class ExtensionFunction
{
    private static readonly FrozenDictionary<string, ExtensionFunction> ByName = new ExtensionFunction[]
    {
        Constructor("ip", CedarKind.IpAddr),
        Constructor("decimal", CedarKind.Decimal),
        Constructor("datetime", CedarKind.DateTime),
        Constructor("duration", CedarKind.Duration),
        Method("isIpv4", CedarKind.Bool, CedarKind.IpAddr),
        Method("isIpv6", CedarKind.Bool, CedarKind.IpAddr),
        Method("isLoopback", CedarKind.Bool, CedarKind.IpAddr),
        Method("isMulticast", CedarKind.Bool, CedarKind.IpAddr),
        Method("isInRange", CedarKind.Bool, CedarKind.IpAddr, CedarKind.IpAddr),
        Method("lessThan", CedarKind.Bool, CedarKind.Decimal, CedarKind.Decimal),
        Method("lessThanOrEqual", CedarKind.Bool, CedarKind.Decimal, CedarKind.Decimal),
        Method("greaterThan", CedarKind.Bool, CedarKind.Decimal, CedarKind.Decimal),
        Method("greaterThanOrEqual", CedarKind.Bool, CedarKind.Decimal, CedarKind.Decimal),
        Method("offset", CedarKind.DateTime, CedarKind.DateTime, CedarKind.Duration),
        Method("durationSince", CedarKind.Duration, CedarKind.DateTime, CedarKind.DateTime),
        Method("toDate", CedarKind.DateTime, CedarKind.DateTime),
        Method("toTime", CedarKind.Duration, CedarKind.DateTime),
        Method("toMilliseconds", CedarKind.Long, CedarKind.Duration),
        Method("toSeconds", CedarKind.Long, CedarKind.Duration),
        Method("toMinutes", CedarKind.Long, CedarKind.Duration),
        Method("toHours", CedarKind.Long, CedarKind.Duration),
        Method("toDays", CedarKind.Long, CedarKind.Duration),
    }.ToFrozenDictionary(f => f.Name, StringComparer.Ordinal);

    private readonly CedarKind[] _parameters;

    private ExtensionFunction(string name, bool isMethod, CedarKind result, CedarKind[] parameters) =>
        (Name, IsMethod, Result, _parameters) = (name, isMethod, result, parameters);

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>Whether it is called on its first argument, as in <c>a.isInRange(b)</c>; else it constructs a value from a string.</summary>
    public bool IsMethod { get; }

    /// <summary>The kind of its result.</summary>
    public CedarKind Result { get; }

    /// <summary>The kinds of its arguments, the object of a method first.</summary>
    public IReadOnlyList<CedarKind> Parameters => _parameters;

    /// <summary>The function of that name, or nothing.</summary>
    public static ExtensionFunction? Find(string name) => ByName.GetValueOrDefault(name);

    private static ExtensionFunction Constructor(string name, CedarKind result) => new(name, false, result, [CedarKind.String]);

    private static ExtensionFunction Method(string name, CedarKind result, params CedarKind[] parameters) => new(name, true, result, parameters);
}
