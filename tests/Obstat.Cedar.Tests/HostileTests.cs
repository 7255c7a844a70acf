using System.Diagnostics;
using System.Text;
using Obstat.Cedar.Entities;
using Obstat.Cedar.Schemas;
using Obstat.Cedar.Validation;

namespace Obstat.Cedar.Tests;

/// <summary>Input made to hurt: refused at its bound, with a reason, soon.</summary>
public sealed class HostileTests
{
    [Fact]
    public void A_policy_text_of_ten_megabytes_is_refused_at_once()
    {
        var texts = new[]
        {
            new string(' ', 10 << 20),
            string.Concat(Enumerable.Repeat("permit(principal,action,resource);", (10 << 20) / 34)),
            "permit(principal,action,resource) when { \"" + new string('x', 10 << 20) + "\" == \"\" };",
            new string('(', 10 << 20),
        };
        foreach (var text in texts)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            RefusedSoon(() => PolicySet.Parse(bytes).Diagnostics);
            RefusedSoon(() => PolicySet.Parse(text).Diagnostics);
            RefusedSoon(() => PolicySet.ParsePolicies(text).Diagnostics);
            RefusedSoon(() => Policy.ParseJson("p", text).Diagnostics);
            RefusedSoon(() => Formatter.Format(text).Diagnostics);
            RefusedSoon(() => Schema.Parse(text).Diagnostics);
            RefusedSoon(() => Schema.ParseJson(text).Diagnostics);
            RefusedSoon(() => ContextReader.Parse(bytes).Diagnostics);
            RefusedSoon(() => RequestReader.Parse(bytes, Schema.Parse("entity U;").Require()).Diagnostics);
        }
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

    private static void RefusedSoon(Func<IEnumerable<Diagnostic>> read)
    {
        _ = read();
        var watch = Stopwatch.StartNew();
        Assert.Equal(DiagnosticCode.TextTooLarge, read().First().Code);
        Assert.True(watch.ElapsedMilliseconds < 50, $"{watch.ElapsedMilliseconds} ms");
    }

    [Theory]
    [InlineData("p\u0430y")]
    [InlineData("\u0440ayments")]
    [InlineData("x\u202ey")]
    [InlineData("x\u200dy")]
    [InlineData("x\u2066y")]
    [InlineData("x\u0007y")]
    [InlineData("\u03bfps")]
    public void Text_that_looks_like_other_text_refuses_the_load_wherever_it_stands(string text)
    {
        var schema = Schema.Parse("entity U { s: String }; entity R; action a appliesTo { principal: [U], resource: [R] };").Require();
        foreach (var policy in new[]
        {
            $"@id(\"a\") permit(principal == U::\"{text}\", action, resource);",
            $"@id(\"a\") permit(principal, action, resource) when {{ principal.s == \"{text}\" }};",
            $"@id(\"a\") permit(principal, action, resource) when {{ principal.s like \"{text}*\" }};",
            $"@id(\"a\") @title(\"{text}\") permit(principal, action, resource);",
        })
        {
            var findings = Linter.Check(PolicySet.Parse(policy).Require(), schema, EntityStore.Empty, 2);
            Assert.True(findings.All.Any(f => f.Code == DiagnosticCode.SuspiciousText), policy);
        }
    }

    [Fact]
    public void Strings_that_look_alike_are_not_equal()
    {
        foreach (var (one, other) in new[] { ("\u00e9", "e\u0301"), ("a", "\u0430"), ("K", "\u212a"), ("ss", "\u00df"), ("i", "I"), ("\uff11", "1"), ("a", "a\u200d") })
        {
            var set = PolicySet.Parse($"permit(principal, action, resource) when {{ \"{one}\" == \"{other}\" || \"{one}\" like \"{other}\" || [\"{one}\"].contains(\"{other}\") || U::\"{one}\" == U::\"{other}\" || principal == U::\"{other}\" }};").Require();
            var wrong = new List<string>();
            Assert.Equal(Decision.Deny, new BothEvaluators(one, set, EntityStore.Empty).Decide(new(new("U", one), new("Action", "x"), new("R", "r"), Values.CedarRecord.Empty), wrong).Decision);
            Assert.Empty(wrong);
        }
    }

    [Fact]
    public void Giant_sets_are_compared_and_searched_in_time()
    {
        var numbers = string.Join(",", Enumerable.Range(0, 140_000));
        var reversed = string.Join(",", Enumerable.Range(0, 140_000).Reverse());
        var context = ContextReader.Parse($"{{\"a\":[{numbers}]}}").Require().With("b", ContextReader.Parse($"{{\"b\":[{reversed}]}}").Require().Values[0]);
        var set = PolicySet.Parse("permit(principal, action, resource) when { context.a == context.b && context.a.containsAll(context.b) && context.b.containsAny(context.a) && context.a.contains(139999) };").Require();
        var watch = Stopwatch.StartNew();
        var wrong = new List<string>();
        Assert.Equal(Decision.Allow, new BothEvaluators("giant", set, EntityStore.Empty).Decide(new(new("U", "a"), new("Action", "x"), new("R", "r"), context), wrong).Decision);
        Assert.Empty(wrong);
        Assert.True(watch.Elapsed.TotalSeconds < 5, $"{watch.Elapsed}");
    }
}
