using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Obstat.Cedar.Entities;
using Obstat.Cedar.Mcp;
using Obstat.Cedar.Schemas;
using Obstat.Cedar.Validation;

namespace Obstat.Cedar.Tests;

/// <summary>Input made to hurt: refused at its bound, with a reason, soon.</summary>
public sealed class HostileTests
{
    private const string Marks = "\"{}[]():;,.\\*!-<>=&|?@/ \n\0\u202e\ud83d\ud800é0aA_";

    private static readonly string[] Seeds =
    [
        "@id(\"x\") permit(principal == U::\"a\", action in [Action::\"x\"], resource is T in G::\"g\") when { context.a.b[\"c\"] has d.e && -1 < 2 * 3 } unless { [1,{a:\"\\u{41}*\"}].contains(ip(\"1.2.3.4/8\")) };",
        "namespace N { @a(\"b\") entity A, B in [C] = { \"x y\"?: Set<Long>, z: __cedar::String } tags ipaddr; entity E enum [\"a\"]; action \"q\" in [r] appliesTo { principal: [A], resource: B, context: T }; type T = {}; }",
        "{\"N\":{\"commonTypes\":{\"T\":{\"type\":\"Record\",\"attributes\":{\"a\":{\"type\":\"Set\",\"element\":{\"type\":\"Long\"},\"required\":false}}}},\"entityTypes\":{\"A\":{\"memberOfTypes\":[\"A\"],\"shape\":{\"type\":\"T\"}}},\"actions\":{\"x\":{\"appliesTo\":{\"principalTypes\":[\"A\"],\"resourceTypes\":[\"A\"]}}}}}",
        "{\"effect\":\"permit\",\"principal\":{\"op\":\"==\",\"entity\":{\"type\":\"U\",\"id\":\"x\"}},\"action\":{\"op\":\"All\"},\"resource\":{\"op\":\"is\",\"entity_type\":\"T\"},\"conditions\":[{\"kind\":\"when\",\"body\":{\"&&\":{\"left\":{\"Value\":true},\"right\":{\"like\":{\"left\":{\"Value\":\"a\"},\"pattern\":[\"Wildcard\",{\"Literal\":\"b\"}]}}}}}]}",
        "[{\"uid\":{\"type\":\"U\",\"id\":\"a\"},\"attrs\":{\"x\":{\"__extn\":{\"fn\":\"ip\",\"arg\":\"::1\"}},\"y\":[1,{\"__entity\":{\"type\":\"U\",\"id\":\"b\"}}]},\"parents\":[{\"type\":\"G\",\"id\":\"g\"}],\"tags\":{\"k\":\"v\"}}]",
        "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":[\"string\",\"null\"],\"pattern\":\"^a[b-c]$\"},\"b\":{\"$ref\":\"#/$defs/B\"}},\"required\":[\"a\"],\"$defs\":{\"B\":{\"type\":\"object\",\"properties\":{\"n\":{\"$ref\":\"#/$defs/B\"}}}}}",
    ];

    [Fact]
    public void Changed_bytes_never_crash_a_reader()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("OBSTAT_SEED"), out var given) ? given : Environment.TickCount & 0xffffff;
        var random = new Random(seed);
        for (var i = 0; i < 6000; i++)
        {
            var text = Mutate(Seeds[random.Next(Seeds.Length)], random);
            try
            {
                Read(text);
            }
            catch (Exception e)
            {
                Assert.Fail($"OBSTAT_SEED={seed}, round {i}: {e} on {text}");
            }
        }
    }

    [Fact]
    public void A_policy_text_of_ten_megabytes_is_refused_at_once()
    {
        var bytes = Encoding.UTF8.GetBytes(new string(' ', 10 << 20));
        _ = PolicySet.Parse(bytes);
        var watch = Stopwatch.StartNew();
        Assert.Equal(DiagnosticCode.TextTooLarge, PolicySet.Parse(bytes).Diagnostics[0].Code);
        Assert.True(watch.ElapsedMilliseconds < 50, $"{watch.ElapsedMilliseconds} ms");
    }

    [Theory]
    [InlineData(63, true)]
    [InlineData(64, false)]
    [InlineData(100_000, false)]
    public void Nesting_is_bounded(int levels, bool isRead)
    {
        var parentheses = PolicySet.Parse($"permit(principal,action,resource) when {{ {new string('(', levels)}true{new string(')', levels)} }};");
        var sets = PolicySet.Parse($"permit(principal,action,resource) when {{ {new string('[', levels)}{new string(']', levels)}.isEmpty() }};");
        var negations = PolicySet.Parse($"permit(principal,action,resource) when {{ {string.Concat(Enumerable.Repeat("!(", levels))}true{new string(')', levels)} }};");
        Assert.Equal(isRead, parentheses.Succeeded);
        Assert.Equal(isRead, sets.Succeeded);
        Assert.Equal(isRead, negations.Succeeded);
        Assert.All(parentheses.Diagnostics, d => Assert.Equal(DiagnosticCode.NestingTooDeep, d.Code));
    }

    [Fact]
    public void Long_chains_are_read_and_evaluated_without_depth()
    {
        var chain = string.Join(" && ", Enumerable.Repeat("context.b", 2500));
        var set = PolicySet.Parse($"permit(principal,action,resource) when {{ {chain} }};").Require();
        var request = new Request(new("U", "a"), new("Action", "x"), new("R", "r"), ContextReader.Parse("{\"b\":true}").Require());
        var wrong = new List<string>();
        Assert.Equal(Decision.Allow, new BothEvaluators("chain", set, EntityStore.Empty).Decide(request, wrong).Decision);
        Assert.Empty(wrong);
        Assert.Equal(set.Policies[0].ToText(), Policy.ParseJson("policy0", set.Policies[0].ToJson()).Require().ToText());
        Assert.Equal(DiagnosticCode.TooManyNodes, PolicySet.Parse($"permit(principal,action,resource) when {{ {chain} && {chain} }};").Diagnostics[0].Code);
    }

    [Fact]
    public void A_set_just_below_every_bound_is_read_in_time()
    {
        var watch = Stopwatch.StartNew();
        var policy = "permit(principal,action,resource) when { context.n == 1 };\n";
        var many = string.Concat(Enumerable.Repeat(policy, Limits.PoliciesMax - 200));
        Assert.True(PolicySet.Parse(many).Succeeded);
        Assert.Equal(DiagnosticCode.TooManyPolicies, PolicySet.Parse(many + string.Concat(Enumerable.Repeat(policy, 300))).Diagnostics[0].Code);
        var wide = $"permit(principal,action,resource) when {{ [{string.Join(",", Enumerable.Range(0, 4000))}].contains(context.n) && \"{new string('x', Limits.StringMax - 700)}\" like \"{new string('*', 30_000)}y\" }};";
        var set = PolicySet.Parse(wide).Require();
        var answer = Evaluator.Decide(set, EntityStore.Empty, new(new("U", "a"), new("Action", "x"), new("R", "r"), ContextReader.Parse("{\"n\":5}").Require()), Mode.Strict);
        Assert.Equal(Decision.Deny, answer.Decision);
        Assert.True(watch.Elapsed.TotalSeconds < 5, $"{watch.Elapsed}");
    }

    [Fact]
    public void A_pattern_of_many_stars_takes_no_exponential_time()
    {
        var pattern = new Syntax.Pattern(Enumerable.Range(0, 200).SelectMany(_ => new[] { null, "a" }).Append("b"));
        var watch = Stopwatch.StartNew();
        Assert.False(pattern.Matches(new string('a', 50_000)));
        Assert.True(watch.Elapsed.TotalSeconds < 5, $"{watch.Elapsed}");
    }

    [Fact]
    public void Cycles_and_towers_of_parents_are_refused()
    {
        static Entity E(int i, int parent) => new(new("G", $"g{i}"), parents: [new("G", $"g{parent}")]);
        Assert.Equal(DiagnosticCode.ParentCycle, EntityStore.Of([E(0, 1), E(1, 2), E(2, 0)]).Diagnostics[0].Code);
        Assert.Equal(DiagnosticCode.ParentCycle, EntityStore.Of([E(0, 0)]).Diagnostics[0].Code);
        Assert.Equal(DiagnosticCode.TooManyParentLevels, EntityStore.Of(Enumerable.Range(0, 100_000).Select(i => E(i, i + 1))).Diagnostics[0].Code);
        Assert.True(EntityStore.Of(Enumerable.Range(0, Limits.ParentLevelsMax).Select(i => E(i, i + 1))).Succeeded);
    }

    [Theory]
    [InlineData("{\"a\":1,\"a\":2}")]
    [InlineData("{\"a\":1.0}")]
    [InlineData("{\"a\":1e3}")]
    [InlineData("{\"a\":-0}")]
    [InlineData("{\"a\":9223372036854775808}")]
    [InlineData("{\"a\":null}")]
    [InlineData("{\"a\":\"\\ud800\"}")]
    [InlineData("\ufeff{}")]
    [InlineData("{} x")]
    [InlineData("{\"a\":{\"__extn\":{\"fn\":\"ip\",\"arg\":\"010.0.0.1\"}}}")]
    [InlineData("{\"a\":{\"__entity\":{\"type\":\"1\",\"id\":\"x\"}}}")]
    [InlineData("[]")]
    public void Loose_json_is_no_context(string json) => Assert.False(ContextReader.Parse(json).Succeeded);

    [Fact]
    public void Invalid_utf8_and_a_byte_order_mark_are_refused()
    {
        Assert.Equal(DiagnosticCode.InvalidUtf8, PolicySet.Parse([0x70, 0xff]).Diagnostics[0].Code);
        Assert.False(PolicySet.Parse("\ufeffpermit(principal,action,resource);").Succeeded);
        Assert.False(PolicySet.Parse("permit(principal,action,resource) when { \"\ud800\" == \"a\" };").Succeeded);
    }

    [Fact]
    public void One_reading_shows_several_faults_with_their_places()
    {
        const string Text = "permit(principal, action, resource) when { foo(1) };\nforbid(x);\npermit(principal, action, resource) when { 1 < 2 < 3 };\npermit(principal, action, resource);";
        var diagnostics = PolicySet.Parse(Text).Diagnostics;
        Assert.Equal([DiagnosticCode.UnknownFunction, DiagnosticCode.UnexpectedToken, DiagnosticCode.UnexpectedToken], diagnostics.Select(d => d.Code));
        Assert.Equal([(1, 44), (2, 8), (3, 50)], diagnostics.Select(d => d.Span.Locate(Text)));
    }

    private static void Read(string text)
    {
        _ = PolicySet.Parse(text);
        _ = Schema.Parse(text);
        _ = Schema.ParseJson(text);
        _ = PolicySet.ParseJson(text);
        _ = Policy.ParseJson("p", text);
        if (EntityStore.Load(text).TryGet(out var store))
        {
            _ = SchemaCheck.Entities(store, Schema.Parse("entity U;").Require());
        }

        _ = ContextReader.Parse(text);
        try
        {
            var json = JsonElement.Parse(Encoding.UTF8.GetBytes(text), new() { AllowDuplicateProperties = false });
            if (ArgumentBinder.Compile("s", "t", json).TryGet(out var binder))
            {
                _ = binder.Bind(JsonElement.Parse("{\"a\":\"abc\",\"b\":{\"n\":{}}}"));
            }
        }
        catch (JsonException)
        {
            // Not JSON: the caller of the binder has refused it.
        }
    }

    private static string Mutate(string text, Random random)
    {
        var result = new StringBuilder(text);
        for (var n = 1 + random.Next(4); n > 0; n--)
        {
            var at = random.Next(result.Length + 1);
            switch (random.Next(5))
            {
                case 0 when result.Length > at:
                    _ = result.Remove(at, Math.Min(random.Next(1, 12), result.Length - at));
                    break;
                case 1:
                    _ = result.Insert(at, Marks[random.Next(Marks.Length)]);
                    break;
                case 2:
                    var from = random.Next(text.Length);
                    _ = result.Insert(at, text.AsSpan(from, random.Next(Math.Min(60, text.Length - from))));
                    break;
                case 3 when result.Length > at:
                    result[at] = (char)random.Next(1, 0x300);
                    break;
                default:
                    _ = result.Insert(at, Pick(random, "9223372036854775808", "null", "1e400", "if", "__cedar", "::", "\\u{110000}", "{\"__entity\":1}", "[[[[", "-----1"));
                    break;
            }
        }

        return result.ToString();
    }

    private static string Pick(Random random, params string[] items) => items[random.Next(items.Length)];
}
