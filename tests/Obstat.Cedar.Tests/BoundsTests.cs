using System.Diagnostics;
using System.Globalization;
using System.Text;
using Obstat.Cedar.Entities;
using Obstat.Cedar.Fast;
using Obstat.Cedar.Schemas;
using Obstat.Cedar.Validation;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Tests;

/// <summary>Every bound, from below and from above: at 0.99 of it the input is read, checked, compiled and judged in less than five seconds, above it is refused with the bound's code.</summary>
[Collection("alone")]
public sealed class BoundsTests
{
    private const string Head = "permit(principal,action,resource) when { ";
    private static readonly Schema House = Schema.Parse("entity U { n: Long }; entity R; action a appliesTo { principal: [U], resource: [R], context: { n: Long, s: String } };").Require();

    [Fact]
    public void Policies_in_one_set()
    {
        InTime(() => Judge(Policies(Limits.PoliciesMax * 99 / 100)));
        Assert.Equal(DiagnosticCode.TooManyPolicies, PolicySet.Parse(Policies(Limits.PoliciesMax + 1)).Diagnostics[0].Code);
    }

    [Fact]
    public void Size_of_one_text()
    {
        // Each policy near the bound of strings, the whole near the bound of texts.
        var policy = Head + "context.s == \"" + new string('x', 60_000) + "\" };\n";
        var text = string.Concat(Enumerable.Repeat(policy, Limits.PolicyTextMax * 99 / 100 / policy.Length));
        InTime(() => Judge(text));
        Assert.Equal(DiagnosticCode.TextTooLarge, PolicySet.Parse(text + new string(' ', Limits.PolicyTextMax / 50)).Diagnostics[0].Code);
    }

    [Fact]
    public void Size_of_one_set_as_json()
    {
        var padded = PolicySet.Parse("@a(\"" + new string('x', 4000) + "\") " + Head + "context.n == 1 };").Require().Policies[0].ToJson();
        var count = Limits.SetTextMax / 100 * 99 / (padded.Length + 10);
        string Set(string more) => $"{{\"staticPolicies\":{{{string.Join(",", Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"\"p{i}\":{padded}")))}}},\"templates\":{{}},\"templateLinks\":[]{more}}}";
        InTime(() => Assert.True(PolicySet.ParseJson(Set("")).Succeeded));
        Assert.Equal(DiagnosticCode.TextTooLarge, PolicySet.ParseJson(Set(new string(' ', Limits.SetTextMax / 50))).Diagnostics[0].Code);
    }

    [Fact]
    public void Nodes_of_one_policy()
    {
        var wide = Limits.PolicyNodesMax * 99 / 100;
        InTime(() => Judge($"{Head}[{string.Join(",", Enumerable.Range(0, wide - 10))}].contains(context.n) }};"));
        InTime(() => Judge(Head + string.Join(" && ", Enumerable.Repeat("context.n == 1", (wide - 10) / 5)) + " };"));
        InTime(() => Judge($"{Head}[{string.Join(",", Enumerable.Repeat("-(context.n + 1)", (wide - 10) / 5))}].contains(1) }};"));
        Assert.Equal(DiagnosticCode.TooManyNodes, PolicySet.Parse($"{Head}[{string.Join(",", Enumerable.Range(0, Limits.PolicyNodesMax + 1))}].contains(context.n) }};").Diagnostics[0].Code);
    }

    [Fact]
    public void Nesting()
    {
        var deep = Limits.NestingMax * 99 / 100;
        InTime(() => Judge($"{Head}{string.Concat(Enumerable.Repeat("(if context.n == 1 then ", (deep / 2) - 2))}true{string.Concat(Enumerable.Repeat(" else false)", (deep / 2) - 2))} }};"));
        InTime(() => Judge($"{Head}{new string('(', deep - 2)}context.n == 1{new string(')', deep - 2)} }};"));
        InTime(() => Judge($"{Head}{string.Join(" + ", Enumerable.Repeat("1", deep - 2))} == context.n }};"));
        Assert.Equal(DiagnosticCode.NestingTooDeep, PolicySet.Parse($"{Head}{new string('(', Limits.NestingMax + 1)}true{new string(')', Limits.NestingMax + 1)} }};").Diagnostics[0].Code);
    }

    [Fact]
    public void Length_of_strings()
    {
        var text = new string('x', Limits.StringMax * 99 / 100);
        InTime(() => Judge($"@a(\"{text}\") {Head}context.s == \"{text}\" || context.s like \"{new string('*', 30_000)}y\" || principal == U::\"{text}\" }};"));
        Assert.Equal(DiagnosticCode.StringTooLong, PolicySet.Parse($"{Head}context.s == \"{new string('x', Limits.StringMax + 1)}\" }};").Diagnostics[0].Code);
    }

    [Fact]
    public void Size_of_a_request()
    {
        var fast = new FastEvaluator(PolicySet.Parse(Head + "context.s like \"*y*y*y*z\" };").Require(), EntityStore.Empty);
        var binder = new RequestBinder(fast, House);
        byte[] Request(int size) => Encoding.UTF8.GetBytes("{\"principal\":{\"type\":\"U\",\"id\":\"a\"},\"action\":{\"type\":\"Action\",\"id\":\"a\"},\"resource\":{\"type\":\"R\",\"id\":\"r\"},\"context\":{\"n\":1,\"s\":\"" + new string('y', size) + "\"}}");
        InTime(() => fast.Decide(binder.Bind(Request(Limits.RequestBytesMax * 99 / 100)).Require(), Mode.Standard, new()));
        Assert.Equal(DiagnosticCode.TextTooLarge, binder.Bind(Request(Limits.RequestBytesMax)).Diagnostics[0].Code);
    }

    [Fact]
    public void Depth_of_json()
    {
        string Nested(int levels) => $"{{\"a\":{new string('[', levels)}{new string(']', levels)}}}";
        InTime(() => Assert.True(ContextReader.Parse(Nested(Limits.JsonDepthMax - 1)).Succeeded));
        Assert.Equal(DiagnosticCode.MalformedJson, ContextReader.Parse(Nested(Limits.JsonDepthMax)).Diagnostics[0].Code);
    }

    [Fact]
    public void Size_of_a_schema()
    {
        var line = "entity E00000 in [E00000] = { n: Long, s?: Set<String> };\n".Length;
        var count = Limits.SchemaTextMax / 100 * 99 / line;
        string Text(int n) => string.Concat(Enumerable.Range(0, n).Select(i => string.Create(CultureInfo.InvariantCulture, $"entity E{i:D5} in [E{i:D5}] = {{ n: Long, s?: Set<String> }};\n")));
        InTime(() => Assert.True(Schema.Parse(Text(count)).Succeeded));
        Assert.Equal(DiagnosticCode.TextTooLarge, Schema.Parse(Text(count) + new string(' ', Limits.SchemaTextMax / 50)).Diagnostics[0].Code);
    }

    [Fact]
    public void Levels_of_parents()
    {
        static EntityUid G(int i) => new("G", i.ToString(CultureInfo.InvariantCulture));
        InTime(() => Assert.True(EntityStore.Of(Enumerable.Range(0, Limits.ParentLevelsMax * 99 / 100).SelectMany(i => Enumerable.Range(0, 200).Select(k => new Entity(G((1000 * k) + i), parents: [G((1000 * k) + i + 1), G(i + 1)])))).Succeeded));
        Assert.Equal(DiagnosticCode.TooManyParentLevels, EntityStore.Of(Enumerable.Range(0, Limits.ParentLevelsMax + 1).Select(i => new Entity(G(i), parents: [G(i + 1)]))).Diagnostics[0].Code);
    }

    private static string Policies(int count) =>
        string.Concat(Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"permit(principal == U::\"u{i}\",action,resource) when {{ context.n == {i} }};\n")));

    /// <summary>The whole way of a text: read, checked strictly, compiled, asked.</summary>
    private static void Judge(string text)
    {
        var set = PolicySet.Parse(text).Require();
        _ = Validator.Check(set, House, 2);
        var request = new Request(new("U", "u5"), new("Action", "a"), new("R", "r"), ContextReader.Parse("{\"n\":5,\"s\":\"xyx\"}").Require());
        var answer = new FastEvaluator(set, EntityStore.Empty).Decide(request, Mode.Standard);
        Assert.Equal(Evaluator.Decide(set, EntityStore.Empty, request, Mode.Standard).Permits, answer.Permits);
    }

    private static void InTime(Action step)
    {
        var watch = Stopwatch.StartNew();
        step();
        Assert.True(watch.Elapsed.TotalSeconds < 5, $"{watch.Elapsed}");
    }
}
