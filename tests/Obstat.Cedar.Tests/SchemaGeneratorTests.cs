using System.Text;
using System.Text.Json;
using Obstat.Cedar.Mcp;
using Obstat.Cedar.Schemas;
using Obstat.Tests;

namespace Obstat.Cedar.Tests;

/// <summary>Tool lists become schemas.</summary>
public sealed class SchemaGeneratorTests
{
    [Fact]
    public void Every_case_of_the_official_generator_comes_out_byte_for_byte()
    {
        var official = JsonElement.Parse(Vectors.Bytes("cedar/mcp/official.json"));
        var stub = Text(official.Text("stub"));
        var wrong = new List<string>();
        var (count, inJson) = (0, 0);
        foreach (var item in official.GetProperty("cases").EnumerateArray())
        {
            count++;
            var generated = SchemaGenerator.Generate(stub, JsonElement.Parse(Bytes(item.Text("tools"))), Profile(item.GetProperty("config")));
            var expected = Text(item.Text("schema"));
            if (!generated.TryGet(out var fragment) || SchemaGenerator.Print(fragment) is var text && text != expected)
            {
                wrong.Add($"{item.Text("schema")}: {string.Join("; ", generated.Diagnostics)}\n{(fragment is null ? "" : FirstDifference(expected, SchemaGenerator.Print(fragment)))}");
            }
            else if (item.TryGetProperty("schemaJson", out var json))
            {
                inJson++;
                var (ours, theirs) = (Schema.ParseJson(fragment.ToJson()).Require(), Schema.ParseJson(Text(json.GetString()!)).Require());
                if (Show(ours) != Show(theirs))
                {
                    wrong.Add($"{json}: the JSON form means something else");
                }
            }
        }

        Assert.Empty(wrong);
        Assert.Equal((25, 6), (count, inJson));
    }

    [Fact]
    public void Every_question_has_the_answer_of_the_official_generator_or_the_verdict_of_the_plane()
    {
        var stub = Text("stub.cedarschema");
        var wrong = new List<string>();
        var count = 0;
        foreach (var item in JsonElement.Parse(Vectors.Bytes("cedar/mcp/questions.json")).EnumerateArray())
        {
            count++;
            var name = $"{item.Text("name")} {item.GetProperty("config")}";
            var generated = SchemaGenerator.Generate(stub, item.GetProperty("tools"), Profile(item.GetProperty("config")));

            // A list that the plane refuses is refused here too: the official generator silently keeps the last of two.
            if (item.TryGetProperty("schema", out var schema) && !(item.TryGetProperty("plane", out var plane) && plane.GetString() == "refuse"))
            {
                if (!generated.TryGet(out var fragment) || SchemaGenerator.Print(fragment) is var text && text != schema.GetString())
                {
                    wrong.Add($"{name}: {string.Join("; ", generated.Diagnostics)}\n{(fragment is null ? "" : FirstDifference(schema.GetString()!, SchemaGenerator.Print(fragment)))}");
                }
            }
            else if (generated.Succeeded)
            {
                wrong.Add($"{name}: expected a refusal");
            }
        }

        Assert.Empty(wrong);
        Assert.Equal(152, count);
    }

    [Fact]
    public void The_plane_generates_the_schema_of_the_sample_house_byte_for_byte()
    {
        var tools = JsonElement.Parse(Vectors.Bytes("cedar/plane/mail.tools.json")).GetProperty("result").GetProperty("tools").EnumerateArray()
            .Select(t => new ToolDescription(t.Text("name"), t.GetProperty("inputSchema"), t.Text("name") == "send-mail" ? ["call", "send"] : ["call", "read"], null));
        var generated = ServerSchema.Of("mail", tools);
        var expected = Encoding.UTF8.GetString(Vectors.Bytes("cedar/plane/mail.cedarschema"));
        Assert.Equal("", FirstDifference(expected, generated.Text));
        Assert.Empty(generated.Refused);
        Assert.True(Schema.Parse(Encoding.UTF8.GetString(Vectors.Bytes("cedar/plane/plane.cedarschema")), generated.Text).Succeeded);
    }

    [Theory]
    [InlineData("""{"type":"object","properties":{"next":{"$ref":"#/$defs/N"}},"$defs":{"N":{"type":"object","properties":{"n":{"$ref":"#/$defs/N"},"s":{"type":"string"}}}}}""", """{"next":{"n":{"s":"x"}}}""")]
    [InlineData("""{"type":"object","properties":{"a":{"$ref":"#/$defs/O"}},"$defs":{"U":{"$ref":"#/$defs/E"},"E":{"type":"string","enum":["e"]},"O":{"type":"object","properties":{"e":{"$ref":"#/$defs/U"},"u":{"anyOf":[{"type":"integer"},{"$ref":"#/$defs/O"}]}}}}}""", """{"a":{"e":"e","u":{"u":7}}}""")]
    [InlineData("""{"type":"object","properties":{"a":{"$ref":"#/definitions/L"}},"definitions":{"L":{"type":"array","items":{"type":"number"}}}}""", """{"a":[1.5,2]}""")]
    [InlineData("""{"type":"object","properties":{"Long":{"type":"string","enum":["x"]},"n":{"type":"integer"},"o":{"type":"object","properties":{"Long":{"type":"string","enum":["y"]},"n":{"type":"integer"}}}}}""", """{"Long":"x","n":1,"o":{"Long":"y","n":2}}""")]
    [InlineData("""{"type":"object","properties":{"a b":{"type":"object","additionalProperties":{"type":"string"}},"if":{"type":"boolean"},"t":{"type":"array","prefixItems":[{"type":"string"},{"type":"null"}],"items":false}}}""", """{"a b":{"k":"v"},"if":true,"t":["x",null]}""")]
    [InlineData("""{"type":"object","properties":{"ids":{"type":"array","prefixItems":[{"type":"string"}],"items":{"type":"string"}}}}""", """{"ids":["x","y"]}""")]
    public void What_the_binder_makes_has_the_type_that_the_schema_declares(string inputSchema, string arguments)
    {
        var generated = ServerSchema.Of("s", [new ToolDescription("t", JsonElement.Parse(inputSchema), ["call"], null)]);
        Assert.Empty(generated.Refused);
        var schema = Schema.Parse(Encoding.UTF8.GetString(Vectors.Bytes("cedar/plane/plane.cedarschema")), generated.Text).Require();
        var bound = generated.Binders["t"].Bind(JsonElement.Parse(arguments)).Require();
        var action = new Values.EntityUid("s::Action", "t");
        Assert.True(schema.Actions[action].Context.TryGet("input", out var input));
        Assert.Equal("", Mismatch(schema, input.Type, bound.Input));
        foreach (var entity in bound.Entities)
        {
            Assert.Equal("", Mismatch(schema, schema.EntityTypes[entity.Uid.Type].Attributes, entity.Attributes));
        }
    }

    [Fact]
    public void A_tool_that_cannot_be_mapped_is_left_out_and_the_others_live()
    {
        var generated = ServerSchema.Of("s",
        [
            Tool("good", """{"type":"object","properties":{"a":{"type":"string"}}}"""),
            Tool("unknown-keyword", """{"type":"object","patternProperties":{}}"""),
            Tool("twice", """{"type":"object"}"""), Tool("twice", """{"type":"object"}"""),

            // The types of this one would have the names that the types of the first one have.
            Tool("xInput", """{"type":"object"}"""), Tool("CallContext_x", """{"type":"object"}"""),
        ]);
        Assert.Equal(["twice", "unknown-keyword", "xInput"], generated.Refused.Keys);
        Assert.Equal(["CallContext_x", "good"], generated.Binders.Keys);
        Assert.True(Schema.Parse(Encoding.UTF8.GetString(Vectors.Bytes("cedar/plane/plane.cedarschema")), generated.Text).Succeeded);

        static ToolDescription Tool(string name, string schema) => new(name, JsonElement.Parse(schema), ["call"], null);
    }

    [Fact]
    public void A_set_is_made_of_an_array_of_one_kind_of_value()
        => Assert.Equal(Values.CedarValue.SetOf([Values.CedarValue.Of("a")]), Values.CedarValue.SetOf((Values.CedarValue[])(object)new Values.CedarString[] { Values.CedarValue.Of("a") }));

    [Theory]
    [InlineData("namespace A {} namespace B {}")]
    [InlineData("entity User;")]
    [InlineData("namespace A { @mcp_principal(\"U\") entity U; }")]
    [InlineData("namespace A { @mcp_resource(\"R\") entity R; }")]
    [InlineData("namespace A { entity ; }")]
    public void A_stub_without_principal_resource_or_namespace_is_refused(string stub)
        => Assert.False(SchemaGenerator.Generate(stub, JsonElement.Parse("[]"), SchemaProfile.Official).Succeeded);

    private static string Mismatch(Schema schema, CedarType type, Values.CedarValue value) => (type, value) switch
    {
        (CedarType.Record record, Values.CedarRecord made) => string.Concat(made.Names.Select<string, string>(n => record.TryGet(n, out var a) ? Mismatch(schema, a!.Type, made.TryGet(n, out var v) ? v : made) : $"{n} is not declared;"))
            + string.Concat(record.Attributes.Where(a => a.IsRequired && !made.TryGet(a.Name, out _)).Select(a => $"{a.Name} is missing;")),
        (CedarType.Set set, Values.CedarSet made) => string.Concat(made.Elements.Select(v => Mismatch(schema, set.Element!, v))),
        (CedarType.Entity entity, Values.EntityUid uid) => entity.Name == uid.Type && schema.EntityTypes.ContainsKey(uid.Type) ? "" : $"{uid} is no {entity};",
        _ => type.ToString() == Kind(value) ? "" : $"{value} is no {type};",
    };

    private static string Kind(Values.CedarValue value) => value switch
    {
        Values.CedarBool => "Bool",
        Values.CedarLong => "Long",
        Values.CedarString => "String",
        Values.CedarDecimal => "decimal",
        _ => value.GetType().Name,
    };

    private static SchemaProfile Profile(JsonElement config)
    {
        bool Has(string name) => config.TryGetProperty(name, out var value) && value.GetBoolean();
        return SchemaProfile.Official with
        {
            ObjectsAsRecords = Has("objectsAsRecords"),
            NumbersAsDecimal = Has("numbersAsDecimal"),
            IncludeOutputs = Has("includeOutputs"),
            KeepAnnotations = config.TryGetProperty("eraseAnnotations", out var erase) && !erase.GetBoolean(),
            FlattenNamespaces = Has("flattenNamespaces"),
            DeduplicateEntityTypes = Has("deduplicateEntityTypes"),
        };
    }

    // One large list is packed.
    private static byte[] Bytes(string path)
        => Vectors.Bytes("cedar/mcp/" + (path.EndsWith(".json", StringComparison.Ordinal) && File.Exists(Path.Combine(Vectors.Shared("cedar/mcp"), path + ".gz")) ? path + ".gz" : path));

    private static string Text(string path) => Encoding.UTF8.GetString(Bytes(path));

    private static string Show(Schema schema) => string.Join('\n',
        schema.EntityTypes.Values.Select(t => $"{t.Name} {t.Attributes} {t.Tags} {(t.EnumIds.IsDefault ? "" : string.Join(',', t.EnumIds))}")
            .Concat(schema.Actions.Values.Select(a => $"{a.Uid} {string.Join(',', a.PrincipalTypes)} {string.Join(',', a.ResourceTypes)} {a.Context} {string.Join(',', a.Parents)}")));

    private static string FirstDifference(string expected, string got)
    {
        var (a, b) = (expected.Split('\n'), got.Split('\n'));
        for (var i = 0; i < Math.Max(a.Length, b.Length); i++)
        {
            if (i >= a.Length || i >= b.Length || a[i] != b[i])
            {
                return $"line {i + 1}: expected \"{(i < a.Length ? a[i] : "the end")}\", got \"{(i < b.Length ? b[i] : "the end")}\"";
            }
        }

        return "";
    }
}
