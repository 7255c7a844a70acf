using System.Globalization;
using System.Text;
using CsCheck;
using Obstat.Proof.Json;
using Obstat.Tests;
using SystemJson = System.Text.Json.JsonElement;

namespace Obstat.Proof.Tests.Json;

public sealed class StrictJsonTests
{
    private static IEnumerable<SystemJson> Lines(string path)
        => Encoding.UTF8.GetString(Vectors.Bytes(path)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => System.Text.Json.JsonDocument.Parse(l).RootElement);

    [Fact]
    public void The_strict_intake_takes_and_refuses_what_the_vectors_say()
    {
        var root = System.Text.Json.JsonDocument.Parse(Vectors.Bytes("identity/jcs/strict-intake.json")).RootElement;
        foreach (var test in root.GetProperty("accept").EnumerateArray())
        {
            Assert.True(StrictJson.TryParse(test.GetProperty("bytes").GetBytesFromBase64(), out var value, out var error), $"{test.GetProperty("name")}: {error}");
            Assert.Equal(test.GetProperty("canonical").GetBytesFromBase64(), value.ToCanonicalBytes());
        }

        foreach (var test in root.GetProperty("refuse").EnumerateArray())
        {
            Assert.False(StrictJson.TryParse(test.GetProperty("bytes").GetBytesFromBase64(), out _, out var error), test.GetProperty("name").GetString());
            Assert.NotNull(error.Expected);
        }
    }

    [Theory]
    [InlineData("arrays")]
    [InlineData("french")]
    [InlineData("structures")]
    [InlineData("unicode")]
    [InlineData("values")]
    [InlineData("weird")]
    public void The_canonical_form_is_the_one_of_RFC_8785(string name)
    {
        Assert.True(StrictJson.TryParse(Vectors.Bytes($"identity/jcs/input/{name}.json"), JsonRules.Canonicalizer, JsonLimits.Intake, out var value, out var error), error.ToString());
        Assert.Equal(Vectors.Bytes($"identity/jcs/output/{name}.json"), value.ToCanonicalBytes());
    }

    [Fact]
    public void Ten_thousand_numbers_are_written_as_ECMAScript_writes_them()
    {
        var lines = Encoding.ASCII.GetString(Vectors.Bytes("identity/jcs/numbers-10000.txt.gz")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(10_000, lines.Length);
        foreach (var line in lines)
        {
            var (hex, text) = (line.Split(',')[0], line.Split(',')[1]);
            var number = BitConverter.Int64BitsToDouble(long.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            Assert.True(StrictJson.TryParse(Encoding.ASCII.GetBytes(number.ToString("R", CultureInfo.InvariantCulture)), JsonRules.Canonicalizer, JsonLimits.Intake, out var value, out var error), $"{line}: {error}");
            Assert.Equal(text, value.ToString());
        }
    }

    /// <summary>Grammatical documents whose numbers a double does not hold exactly: identity by digest would be ambiguous, so the intake refuses what the grammar takes.</summary>
    private static readonly HashSet<string> ExactnessRefuses = ["y_number", "y_number_real_capital_e", "y_number_real_exponent", "y_number_real_fraction_exponent"];

    [Fact]
    public void The_parsing_suite_is_judged_as_its_verdicts_say()
    {
        foreach (var line in Lines("attacks/json/jsontestsuite.jsonl.gz"))
        {
            var bytes = line.EnumerateObject().First(p => p.Name.EndsWith("b64", StringComparison.Ordinal)).Value.GetBytesFromBase64();
            var name = line.GetProperty("name").GetString()!;
            var expect = line.GetProperty("expect").GetString();
            var taken = StrictJson.TryParse(bytes, out _, out var error);
            if (ExactnessRefuses.Contains(name))
            {
                Assert.False(taken, $"{name} is taken: strike it from the list");
                taken = StrictJson.TryParse(bytes, JsonRules.Canonicalizer, JsonLimits.Intake, out _, out error);
            }

            Assert.True(expect == "either" || taken == (expect == "accept"), $"{line}: {error}");
        }
    }

    [Theory]
    [InlineData("[1e400]")]
    [InlineData("{\"a\":-0}")]
    [InlineData("[9007199254740992]")]
    [InlineData("[333333333.33333329]")]
    [InlineData("{\"\\u0061\":1,\"a\":2}")]
    [InlineData("// a\n1")]
    [InlineData("[1,]")]
    public void A_text_that_two_readers_could_read_differently_is_refused(string text)
        => Assert.False(StrictJson.TryParse(Encoding.UTF8.GetBytes(text), out _, out _));

    [Fact]
    public void Comments_and_trailing_commas_are_taken_in_settings_alone()
    {
        Assert.True(StrictJson.TryParse("{ // why\n \"a\": [1,], }"u8, JsonRules.Settings, JsonLimits.Intake, out var value, out _));
        Assert.Equal("""{"a":[1]}""", value.ToString());
    }

    [Fact]
    public void Reading_the_canonical_form_gives_the_same_value()
        => Values.Sample(value =>
        {
            var bytes = value.ToCanonicalBytes();
            Assert.True(StrictJson.TryParse(bytes, JsonRules.Canonicalizer, JsonLimits.Intake, out var again, out var error), error.ToString());
            Assert.Equal(value, again);
            Assert.Equal(bytes, again.ToCanonicalBytes());
        });

    [Fact]
    public void No_byte_string_makes_the_reader_throw()
        => Gen.Byte.Array[0, 60].Sample(bytes => { _ = StrictJson.TryParse(bytes, out _, out _); });

    private static Gen<T> Pick<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static readonly Gen<string> Texts = Gen.OneOf(Gen.String.AlphaNumeric, Pick("", "\"\\\n\u0001", "é", "😀", "\u2028", "דּ"));

    private static readonly Gen<JsonValue> Values = Gen.Recursive<JsonValue>((depth, inner) => depth > 3
        ? Texts.Select(JsonValue.Of)
        : Gen.OneOf(
            Pick(JsonValue.Null, JsonValue.True, JsonValue.False),
            Gen.Long[-JsonValue.IntegerMax, JsonValue.IntegerMax].Select(JsonValue.Of),
            Texts.Select(JsonValue.Of),
            inner.Array[0, 4].Select(items => JsonValue.Array(items)),
            Gen.Dictionary(Texts, inner)[0, 4].Select(members => JsonValue.Object([.. members.Select(m => (m.Key, m.Value))]))));

    [Fact]
    public void A_member_that_nobody_asked_for_refuses_the_object()
    {
        Assert.True(StrictJson.TryParse("""{"a":1,"b":null}"""u8, out var value, out _));
        var fields = new JsonFields(value);
        Assert.Equal(1, fields.Integer("a"));
        Assert.False(fields.Complete());
        Assert.Contains("\"b\"", fields.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_member_that_is_missing_or_of_another_type_refuses_the_object()
    {
        Assert.True(StrictJson.TryParse("""{"a":"1"}"""u8, out var value, out _));
        var mistyped = new JsonFields(value);
        _ = mistyped.Integer("a");
        Assert.False(mistyped.Complete());
        var missing = new JsonFields(value);
        _ = missing.String("a");
        _ = missing.StringOrNull("b");
        Assert.False(missing.Complete());
    }
}
