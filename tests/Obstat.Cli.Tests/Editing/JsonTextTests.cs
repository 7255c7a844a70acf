using System.Text;
using CsCheck;
using Obstat.Cli.Editing;
using Obstat.Proof.Json;

namespace Obstat.Cli.Tests.Editing;

public sealed class JsonTextTests
{
    private const string Written = "// head\n{\n  \"a\": 1, // one\n  \"b\": { \"c\": [1, 2], },\n}\n";

    private static JsonValue Parsed(string text) => StrictJson.TryParse(Encoding.UTF8.GetBytes(text), JsonRules.Settings, JsonLimits.Intake, out var value, out var error) ? value : throw new InvalidOperationException($"{error}\n{text}");

    [Fact]
    public void A_member_is_set_and_everything_else_stays()
    {
        var text = JsonText.Set(Written, ["b", "d"], "true");
        Assert.Equal("""{"a":1,"b":{"c":[1,2],"d":true}}""", Parsed(text).ToString());
        Assert.Contains("// one", text, StringComparison.Ordinal);
        Assert.StartsWith("// head", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Objects_on_the_way_are_made() => Assert.Equal("""{"x":{"y":{"z":7}}}""", Parsed(JsonText.Set("{}", ["x", "y", "z"], "7")).ToString());

    [Fact]
    public void A_value_that_is_there_is_replaced() => Assert.Equal("// head\n{\n  \"a\": [], // one\n  \"b\": { \"c\": [1, 2], },\n}\n", JsonText.Set(Written, ["a"], "[]"));

    [Fact]
    public void A_member_is_removed_with_its_comma()
    {
        Assert.Equal("""{"b":{"c":[1,2]}}""", Parsed(JsonText.Remove(Written, ["a"])).ToString());
        Assert.Equal("""{"a":1,"b":{}}""", Parsed(JsonText.Remove(Written, ["b", "c"])).ToString());
        Assert.Equal(Written, JsonText.Remove(Written, ["b", "none"]));
    }

    [Fact]
    public void Names_that_need_escapes_are_written_so() => Assert.Equal("q\"\n", Parsed(JsonText.Set("{}", ["q\"\n"], "1")).Members[0].Name);

    [Fact]
    public void What_is_set_and_removed_again_leaves_the_same_value()
        => Gen.Select(Gen.String[Gen.Char['a', 'e'], 1, 2].List[1, 3], Gen.String[Gen.Char['a', 'e'], 1, 2].List[1, 3]).Sample((first, second) =>
        {
            var one = JsonText.Set("{ }", first, "{}");
            var path = first.Concat(second.Select(s => s + "x")).ToArray();
            var two = JsonText.Set(one, path, "[1]");
            Assert.Equal("[1]", path.Aggregate(Parsed(two), (v, n) => v[n]!).ToString());
            Assert.Equal(Parsed(one).ToString(), Parsed(JsonText.Remove(two, [.. first, path[first.Count]])).ToString());
        }, iter: 200);
}
