using System.Globalization;
using System.Text;

namespace Obstat.Cedar.Tests;

/// <summary>Makes policies, entities and requests from a seed. Mostly of sound types, so that evaluation goes deep; now and then not, so that it fails everywhere.</summary>
internal sealed class CaseGenerator(int seed)
{
    public const string Schema = """
        entity G in [G];
        entity U in [G] { n: Long, s: String, b: Bool, boss?: U, words: Set<String>, d: decimal, ip: ipaddr, at: datetime, ttl: duration, r: { x: Long, y?: String } } tags String;
        entity D in [G] { n: Long, owner: U, readers: Set<U> };
        action all;
        action read, write in [all] appliesTo {
          principal: [U], resource: [D, U],
          context: { n: Long, s: String, m?: Long, b: Bool, now: datetime, ip: ipaddr, d: decimal, ttl: duration, set: Set<Long>, who: U, r: { x: Long, y?: String } }
        };
        """;

    private readonly Random _random = new(seed);

    /// <summary>How often, in a thousand, an expression is of another type than it should be.</summary>
    public int Unsound { get; init; } = 30;

    private static readonly string[] Longs = ["0", "1", "2", "3", "(-1)", "5", "9223372036854775807", "(-9223372036854775808)", "4611686018427387904", "7"];
    // Few values, so that both sides are often the same.
    private static readonly string[] SmallLongs = ["0", "1", "2", "context.n", "context.r.x", "principal.n", "principal.r.x"];
    private static readonly string[] SmallStrings = ["\"a\"", "\"ab\"", "context.s", "principal.s"];
    private static readonly string[] SmallDecimals = ["decimal(\"0.0\")", "decimal(\"1.5\")", "context.d", "principal.d"];
    private static readonly string[] SmallMoments = ["datetime(\"2024-01-01\")", "datetime(\"0000-01-01\")", "context.now", "context.now.toDate()", "principal.at", "principal.at.toDate()"];
    private static readonly string[] SmallLengths = ["duration(\"1d\")", "duration(\"0ms\")", "context.ttl", "principal.ttl", "context.now.toTime()"];

    private static readonly string[] Strings = ["\"\"", "\"a\"", "\"ab\"", "\"b\"", "\"a*b\"", "\"\\u{1F600}x\"", "\"é\"", "\"abc\""];
    private static readonly string[] Patterns = ["\"*\"", "\"a*\"", "\"*b\"", "\"a\\*b\"", "\"\"", "\"*é*\"", "\"a*b*c\"", "\"**\""];
    private static readonly string[] Decimals = ["0.0", "1.5", "-1.5", "922337203685477.5807", "-922337203685477.5808", "2.0001", "1", "1.00000"];
    private static readonly string[] Addresses = ["10.0.0.1", "10.0.0.0/8", "127.0.0.1", "::1", "ff00::1", "224.0.0.1", "192.168.1.0/24", "::/0", "0.0.0.0/0", "10.0.0.1/33"];
    private static readonly string[] Moments =
        ["2024-01-01", "2024-02-29T23:59:59Z", "1969-12-31T23:59:59.999Z", "2026-11-23T10:00:00+0100", "0000-01-01", "9999-12-31", "2024-02-30"];

    private static readonly string[] Lengths = ["1d", "-1h", "0ms", "1d2h3m4s5ms", "9223372036854775807ms", "-9223372036854775808ms", "90m", "1h1h"];
    private static readonly string[] Names = ["n", "s", "b", "boss", "words", "d", "ip", "at", "ttl", "r", "x", "y", "m", "set", "who", "owner", "readers", "nope"];

    public int Next(int max) => _random.Next(max);

    public string PolicyText()
    {
        var text = new StringBuilder();
        _ = text.Append(Next(3) == 0 ? "forbid" : "permit").Append('(').Append(Scope("principal", "U")).Append(", ").Append(ActionScope()).Append(", ").Append(Scope("resource", "D")).Append(')');
        for (var i = Next(3); i > 0; i--)
        {
            _ = text.Append(Next(4) == 0 ? " unless { " : " when { ").Append(Expression("Bool", 1 + Next(4))).Append(" }");
        }

        return text.Append(';').ToString();
    }

    public string Expression(string type, int depth)
    {
        if (Next(1000) < Unsound)
        {
            type = Pick("Bool", "Long", "String", "U", "Decimal", "Ip", "DateTime", "Duration", "SetLong", "SetString", "SetEntity", "Record");
        }

        if (depth <= 0)
        {
            return Leaf(type);
        }

        var d = depth - 1;
        string E(string t) => Expression(t, d);
        return type switch
        {
            "Bool" => Next(37) switch
            {
                34 => $"({Pick("principal", "context.who", "U::\"u1\"")} {Pick("==", "!=")} {Pick("principal", "resource", "context.who", "U::\"u1\"", "U::\"u2\"")})",
                35 => $"{Pick(SmallDecimals)}.{Pick("lessThan", "lessThanOrEqual", "greaterThan", "greaterThanOrEqual")}({Pick(SmallDecimals)})",
                36 => $"{Pick("ip(\"::1\")", "ip(\"ff00::1\")", "ip(\"127.0.0.1\")", "ip(\"224.0.0.1\")", "context.ip", "principal.ip")}.{Pick("isIpv4", "isIpv6", "isLoopback", "isMulticast")}()",
                28 or 29 => $"({Pick(SmallLongs)} {Pick("==", "!=", "<", "<=", ">", ">=")} {Pick(SmallLongs)})",
                30 => $"({Pick(SmallStrings)} {Pick("==", "!=")} {Pick(SmallStrings)})",
                31 or 32 => $"({Pick(SmallMoments)} {Pick("==", "!=", "<", "<=", ">", ">=")} {Pick(SmallMoments)})",
                33 => $"({Pick(SmallLengths)} {Pick("==", "!=", "<", "<=", ">", ">=")} {Pick(SmallLengths)})",
                0 or 1 => $"({E("Bool")} && {E("Bool")})",
                2 or 3 => $"({E("Bool")} || {E("Bool")})",
                4 => $"!({E("Bool")})",
                5 => $"({E("Long")} {Pick("<", "<=", ">", ">=", "==", "!=")} {E("Long")})",
                6 => $"({E("DateTime")} {Pick("<", "<=", ">", ">=", "==", "!=")} {E("DateTime")})",
                7 => $"({E("Duration")} {Pick("<", "<=", ">", ">=", "==", "!=")} {E("Duration")})",
                8 => $"({E("String")} {Pick("==", "!=")} {E("String")})",
                9 => $"({E("String")} like {Pick(Patterns)})",
                10 => $"({E("U")} in {E("Any")})",
                11 => $"({E("U")} in {E("SetEntity")})",
                12 => $"({E("U")} is {Pick("U", "D", "G")})",
                13 => $"({E("U")} is {Pick("U", "D")} in {E("Any")})",
                14 => $"({Pick("principal", "resource", "context", "context.r", "principal.r", "context.who")} has {Pick("n", "boss", "m", "r.x", "r.y", "boss.n", "owner.boss", "\"y\"", "nope")})",
                15 => $"({E("U")} {Pick("==", "!=")} {E("Any")})",
                16 => $"({E("SetLong")}.contains({E("Long")}))",
                17 => $"({E("SetString")}.{Pick("containsAll", "containsAny")}({E("SetString")}))",
                18 => $"{E(Pick("SetLong", "SetString", "SetEntity"))}.isEmpty()",
                19 => $"{E("U")}.hasTag({E("String")})",
                20 => $"{E("Decimal")}.{Pick("lessThan", "lessThanOrEqual", "greaterThan", "greaterThanOrEqual")}({E("Decimal")})",
                21 => $"{E("Ip")}.isInRange({E("Ip")})",
                22 => $"{E("Ip")}.{Pick("isIpv4", "isIpv6", "isLoopback", "isMulticast")}()",
                23 => $"({E("Decimal")} {Pick("==", "!=")} {E("Decimal")})",
                24 => $"({E("Record")} == {E("Record")})",
                25 => $"({E("SetLong")} == {E("SetLong")})",
                26 => $"(if {E("Bool")} then {E("Bool")} else {E("Bool")})",
                _ => $"({E("Ip")} == {E("Ip")})",
            },
            "Long" => Next(8) switch
            {
                0 => $"({E("Long")} + {E("Long")})",
                1 => $"({E("Long")} - {E("Long")})",
                2 => $"({E("Long")} * {E("Long")})",
                3 => $"-({E("Long")})",
                4 => $"(if {E("Bool")} then {E("Long")} else {E("Long")})",
                5 => $"{E("Duration")}.{Pick("toMilliseconds", "toSeconds", "toMinutes", "toHours", "toDays")}()",
                _ => Leaf(type),
            },
            "String" => Next(5) switch
            {
                0 => $"{E("U")}.getTag({E("String")})",
                1 => $"(if {E("Bool")} then {E("String")} else {E("String")})",
                _ => Leaf(type),
            },
            "DateTime" => Next(4) switch
            {
                0 => $"{E("DateTime")}.offset({E("Duration")})",
                1 => $"{E("DateTime")}.toDate()",
                _ => Leaf(type),
            },
            "Duration" => Next(4) switch
            {
                0 => $"{E("DateTime")}.durationSince({E("DateTime")})",
                1 => $"{E("DateTime")}.toTime()",
                _ => Leaf(type),
            },
            "SetLong" => Next(3) == 0 ? $"[{E("Long")}, {E("Long")}]" : Leaf(type),
            "SetString" => Next(3) == 0 ? $"[{E("String")}, {E("String")}]" : Leaf(type),
            "SetEntity" => Next(3) == 0 ? $"[{E("U")}, {E("Any")}]" : Leaf(type),
            "Record" => Next(3) == 0 ? $"{{x: {E("Long")}, y: {E("String")}}}" : Leaf(type),
            _ => Leaf(type),
        };
    }

    /// <summary>Entities as JSON. Some that others name are left out.</summary>
    public string EntitiesJson()
    {
        var items = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            var parent = i == 0 || Next(3) == 0 ? "" : Uid("G", $"g{Next(i)}");
            items.Add($"{{\"uid\":{Uid("G", $"g{i}")},\"attrs\":{{}},\"parents\":[{parent}]}}");
        }

        for (var i = 0; i < 4; i++)
        {
            if (Next(5) == 0)
            {
                continue;
            }

            var boss = Next(2) == 0 ? $",\"boss\":{{\"__entity\":{Uid("U", $"u{Next(5)}")}}}" : "";
            var y = Next(2) == 0 ? ",\"y\":\"a\"" : "";
            items.Add(
                $"{{\"uid\":{Uid("U", $"u{i}")},\"attrs\":{{\"n\":{Number(Next(6) - 1)},\"s\":{JsonString()},\"b\":{(Next(2) == 0 ? "true" : "false")}{boss},\"words\":[{JsonString()},{JsonString()}],"
                + $"\"d\":{Extension("decimal", Pick(Decimals[..6]))},\"ip\":{Extension("ip", Pick(Addresses[..9]))},\"at\":{Extension("datetime", Pick(Moments[..6]))},"
                + $"\"ttl\":{Extension("duration", Pick(Lengths[..7]))},\"r\":{{\"x\":{Next(4)}{y}}}}},\"tags\":{{\"a\":{JsonString()}{(Next(2) == 0 ? ",\"ab\":\"b\"" : "")}}},\"parents\":[{Parents()}]}}");
        }

        for (var i = 0; i < 3; i++)
        {
            items.Add(
                $"{{\"uid\":{Uid("D", $"d{i}")},\"attrs\":{{\"n\":{Next(6)},\"owner\":{{\"__entity\":{Uid("U", $"u{Next(4)}")}}},"
                + $"\"readers\":[{{\"__entity\":{Uid("U", $"u{Next(4)}")}}}]}},\"parents\":[{Parents()}]}}");
        }

        items.Add("""{"uid":{"type":"Action","id":"all"},"attrs":{},"parents":[]}""");
        items.Add("""{"uid":{"type":"Action","id":"read"},"attrs":{},"parents":[{"type":"Action","id":"all"}]}""");
        items.Add("""{"uid":{"type":"Action","id":"write"},"attrs":{},"parents":[{"type":"Action","id":"all"}]}""");
        return $"[{string.Join(",", items)}]";
    }

    public (string Principal, string Action, string Resource, string Context) RequestJson()
    {
        var m = Next(2) == 0 ? $",\"m\":{Next(5)}" : "";
        var context = $"{{\"n\":{Number(Next(6) - 1)},\"s\":{JsonString()}{m},\"b\":{(Next(2) == 0 ? "true" : "false")},\"now\":{Extension("datetime", Pick(Moments[..6]))},"
            + $"\"ip\":{Extension("ip", Pick(Addresses[..9]))},\"d\":{Extension("decimal", Pick(Decimals[..6]))},\"ttl\":{Extension("duration", Pick(Lengths[..7]))},"
            + $"\"set\":[{Next(3)},{Next(4)}],\"who\":{{\"__entity\":{Uid("U", $"u{Next(5)}")}}},\"r\":{{\"x\":{Next(4)}}}}}";
        return (Uid("U", $"u{Next(5)}"), Uid("Action", Pick("read", "write")), Next(3) == 0 ? Uid("U", $"u{Next(4)}") : Uid("D", $"d{Next(3)}"), context);
    }

    private string Leaf(string type) => type switch
    {
        "Bool" => Pick("true", "false", "context.b", "principal.b", "context.b", "(context.n < 3)"),
        "Long" => Next(2) == 0 ? Pick(Longs) : Pick("context.n", "principal.n", "context.r.x", "principal.r.x", "context.m", "resource.n", "context.who.n"),
        "String" => Next(2) == 0 ? Pick(Strings) : Pick("context.s", "principal.s", "principal.r.y", "context.r[\"y\"]"),
        "U" => Pick("principal", "context.who", "principal.boss", "resource", "U::\"u1\"", "U::\"u4\"", "resource.owner", "action"),
        "Any" => Pick("principal", "resource", "G::\"g0\"", "G::\"g1\"", "G::\"g2\"", "U::\"u1\"", "D::\"d1\"", "Action::\"all\"", "[G::\"g1\", G::\"g3\"]"),
        "SetEntity" => Pick("[G::\"g0\", U::\"u0\"]", "resource.readers", "[principal, resource]", "[]", "[U::\"u1\", 1]"),
        "SetLong" => Pick("[1, 2, 3]", "context.set", "[context.n, 1]", "[]"),
        "SetString" => Pick("[\"a\", \"ab\"]", "principal.words", "[context.s]", "[]"),
        "Decimal" => Next(2) == 0 ? $"decimal(\"{Pick(Decimals)}\")" : Pick("context.d", "principal.d"),
        "Ip" => Next(2) == 0 ? $"ip(\"{Pick(Addresses)}\")" : Pick("context.ip", "principal.ip"),
        "DateTime" => Next(2) == 0 ? $"datetime(\"{Pick(Moments)}\")" : Pick("context.now", "principal.at"),
        "Duration" => Next(2) == 0 ? $"duration(\"{Pick(Lengths)}\")" : Pick("context.ttl", "principal.ttl"),
        "Record" => Pick("context.r", "principal.r", "{x: 1}", "{x: context.n, y: \"a\"}", "{}"),
        _ => "principal." + Pick(Names),
    };

    private string Scope(string variable, string type) => Next(9) switch
    {
        0 => $"{variable} == {type}::\"{type.ToLowerInvariant()}{Next(3)}\"",
        1 or 2 => $"{variable} in G::\"g{Next(4)}\"",
        3 => $"{variable} is {type}",
        4 => $"{variable} is {type} in G::\"g{Next(4)}\"",
        _ => variable,
    };

    private string ActionScope() => Next(7) switch
    {
        0 => "action == Action::\"read\"",
        1 => "action in Action::\"all\"",
        2 => "action in [Action::\"write\", Action::\"read\"]",
        3 => "action == Action::\"write\"",
        _ => "action",
    };

    private string Parents() => Next(4) == 0 ? "" : Next(3) == 0 ? $"{Uid("G", $"g{Next(2)}")},{Uid("G", $"g{2 + Next(2)}")}" : Uid("G", $"g{Next(4)}");

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private string JsonString() => Pick("\"a\"", "\"ab\"", "\"\"", "\"b\"", "\"a*b\"", "\"é\"");

    private static string Uid(string type, string id) => $"{{\"type\":\"{type}\",\"id\":\"{id}\"}}";

    private static string Extension(string function, string argument) => string.Create(CultureInfo.InvariantCulture, $"{{\"__extn\":{{\"fn\":\"{function}\",\"arg\":\"{argument}\"}}}}");

    private string Pick(params string[] items) => items[Next(items.Length)];
}
