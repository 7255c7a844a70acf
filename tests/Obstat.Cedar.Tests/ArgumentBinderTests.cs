using System.Text.Json;
using Obstat.Cedar.Mcp;
using Obstat.Cedar.Values;
using Obstat.Tests;

namespace Obstat.Cedar.Tests;

/// <summary>Arguments of tools become the record that policies see, or are refused.</summary>
public sealed class ArgumentBinderTests
{
    [Fact]
    public void Every_request_vector_has_the_verdict_of_the_plane()
    {
        var wrong = new List<string>();
        var count = 0;
        foreach (var item in JsonElement.Parse(Vectors.Bytes("cedar/mcp/requests.json")).EnumerateArray())
        {
            count++;
            var accepts = item.TryGetProperty("plane", out var plane) ? plane.GetString() == "accept" : item.TryGetProperty("entities", out _);
            var schema = JsonSerializer.SerializeToElement(new { type = "object", properties = item.GetProperty("properties") });
            var binder = ArgumentBinder.Compile("MyMcpServer", "t", schema).Require();
            var bound = binder.Bind(JsonElement.Parse(item.Text("arguments")));
            if (bound.Succeeded != accepts)
            {
                wrong.Add($"{item.Text("name")} {item.Text("arguments")}: expected {accepts}, got {bound.Diagnostics.FirstOrDefault()}");
            }
        }

        Assert.Empty(wrong);
        Assert.Equal(71, count);
    }

    [Fact]
    public void Every_tool_schema_question_has_the_verdict_of_the_plane()
    {
        var wrong = new List<string>();
        foreach (var item in JsonElement.Parse(Vectors.Bytes("cedar/mcp/questions.json")).EnumerateArray())
        {
            var tools = item.GetProperty("tools").EnumerateArray().ToList();
            var name = item.Text("name");

            // These ask about lists of tools, or about wrappers that the caller takes off.
            if (tools.Count != 1 || !tools[0].TryGetProperty("inputSchema", out var schema) || schema.TryGetProperty("json", out _)
                || name is "name equal to stub action" or "$defs on tool")
            {
                continue;
            }

            var accepts = item.TryGetProperty("plane", out var plane) ? plane.GetString() == "accept" : item.TryGetProperty("schema", out _);
            var binder = ArgumentBinder.Compile("MyMcpServer", tools[0].Text("name"), schema);
            if (binder.Succeeded != accepts)
            {
                wrong.Add($"{name}: expected {accepts}, got {binder.Diagnostics.FirstOrDefault()} {schema}");
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void Arguments_become_typed_values_and_entities_of_this_request()
    {
        var binder = ArgumentBinder.Compile("mail", "send-mail", JsonElement.Parse("""
            {"type":"object","required":["to","amount"],"properties":{
              "to":{"type":"array","items":{"type":"string"}},
              "amount":{"type":"number"},
              "n":{"type":["integer","null"]},
              "priority":{"type":"string","enum":["low","high"]},
              "meta":{"type":"object","additionalProperties":{"type":"string"}},
              "options":{"type":"object","properties":{"delay":{"type":"string","format":"duration"},"sign":{"type":"boolean"}},"required":["sign"]}}}
            """)).Require();
        var bound = binder.Bind(JsonElement.Parse("""
            {"amount":900.5,"meta":{"k":"v"},"n":null,"options":{"delay":"PT1H","sign":true},"priority":"low","to":["a","b","a"]}
            """)).Require();
        Assert.Equal(
            """
            {"amount": decimal("900.5"), "meta": mail::send_x2Dmail::Input::meta::"/meta", "n": {"typeChoice1": mail::Null::"null"}, "options": {"delay": duration("3600000ms"), "sign": true}, "priority": mail::send_x2Dmail::Input::priority::"low", "to": ["a", "b"]}
            """,
            bound.Input.ToString());
        Assert.Equal(
            ["mail::Null::\"null\"", "mail::send_x2Dmail::Input::meta::\"/meta\"", "mail::send_x2Dmail::Input::priority::\"low\""],
            bound.Entities.Select(e => e.Uid.ToString()));
        Assert.True(bound.Entities[1].Tags.TryGet("k", out var tag));
        Assert.Equal(CedarValue.Of("v"), tag);
    }

    [Theory]
    [InlineData("""{"a":{"type":"integer","minimum":0}}""", """{"a":-1}""", "/a")]
    [InlineData("""{"a":{"type":"integer","maximum":5}}""", """{"a":6}""", "/a")]
    [InlineData("""{"a":{"type":"integer"}}""", """{"a":9007199254740992}""", "/a")]
    [InlineData("""{"a":{"type":"number"}}""", """{"a":0.00001}""", "/a")]
    [InlineData("""{"a":{"type":"number","multipleOf":0.01}}""", """{"a":0.001}""", "/a")]
    [InlineData("""{"a":{"type":"string","pattern":"^x$"}}""", """{"a":"x\n"}""", "/a")]
    [InlineData("""{"a":{"type":"string","maxLength":1}}""", """{"a":"xy"}""", "/a")]
    [InlineData("""{"a":{"type":"array","items":{"type":"string"},"maxItems":1}}""", """{"a":["x","y"]}""", "/a")]
    [InlineData("""{"a":{"type":"array","items":{"type":"object","properties":{"b/c":{"type":"string"}}}}}""", """{"a":[{},{"b/c":1}]}""", "/a/1/b~1c")]
    [InlineData("""{"a":{"allOf":[{"type":"string"}]}}""", """{"a":1}""", "/a")]
    [InlineData("""{"a":{"not":{"type":"string"}}}""", """{"a":"x"}""", "/a")]
    [InlineData("""{"a":{"const":1}}""", """{"a":2}""", "/a")]
    [InlineData("""{"a":{"type":"string"}}""", """{"b":"x"}""", "/b")]
    [InlineData("""{"a":{"type":"object","required":["b","c/d"],"properties":{"b":{"type":"string"},"c/d":{"type":"string"}}}}""", """{"a":{"b":"x"}}""", "/a/c~1d")]
    [InlineData("""{"a":{"type":"string","format":"date"}}""", """{"a":"2024-01-02T00:00:00Z"}""", "/a")]
    [InlineData("""{"a":{"type":"string","format":"ipv6"}}""", """{"a":"1.2.3.4"}""", "/a")]
    [InlineData("""{"a":{"type":"string"}}""", """{"a":"\ud800"}""", "/a")]
    public void A_refusal_names_the_pointer_of_the_value(string properties, string arguments, string pointer)
    {
        var binder = ArgumentBinder.Compile("s", "t", JsonElement.Parse($$"""{"type":"object","properties":{{properties}}}""")).Require();
        Assert.Equal(pointer, binder.Bind(JsonElement.Parse(arguments)).Diagnostics[0].Subject);
    }

    [Theory]
    [InlineData("""{"a":1,"b":2}""", true)]
    [InlineData("""{"a":1}""", false)]
    [InlineData("""{"a":2}""", true)]
    [InlineData("""{"a":2,"b":2}""", false)]
    [InlineData("""{"b":2}""", false)]
    [InlineData("""{}""", true)]
    public void A_condition_chooses_what_else_must_hold(string arguments, bool isAccepted)
        => Assert.Equal(isAccepted, ArgumentBinder.Compile("s", "t", JsonElement.Parse("""
            {"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"integer"}},
             "if":{"properties":{"a":{"const":1}},"required":["a"]},"then":{"required":["b"]},"else":{"not":{"required":["b"]}}}
            """)).Require().Bind(JsonElement.Parse(arguments)).Succeeded);

    [Theory]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","items":{"type":"number"},"uniqueItems":true}}}""", """{"a":[1,2]}""", """{"a":[1,1.0]}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","items":{"type":"object","properties":{"x":{"type":"integer"},"y":{"type":"integer"}}},"uniqueItems":true}}}""", """{"a":[{"x":1,"y":2},{"x":2,"y":1}]}""", """{"a":[{"x":1,"y":2},{"y":2,"x":1}]}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"integer"}},"dependentRequired":{"a":["b"]}}""", """{"b":1}""", """{"a":1}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"object","propertyNames":{"maxLength":1},"additionalProperties":{"type":"string"}}}}""", """{"a":{"k":"v"}}""", """{"a":{"key":"v"}}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}},"then":false,"else":false}""", """{"a":"x"}""", """{"a":1}""")]
    public void A_keyword_refuses_what_it_says_and_nothing_else(string schema, string accepted, string refused)
    {
        var binder = ArgumentBinder.Compile("s", "t", JsonElement.Parse(schema)).Require();
        Assert.True(binder.Bind(JsonElement.Parse(accepted)).Succeeded);
        Assert.False(binder.Bind(JsonElement.Parse(refused)).Succeeded);
    }

    [Theory]
    [InlineData("""{"type":"object","properties":{},"if":1}""")]
    [InlineData("""{"type":"object","properties":{},"unevaluatedProperties":false}""")]
    [InlineData("""{"type":"object","properties":{},"dependentRequired":{"a":"b"}}""")]
    [InlineData("""{"type":"object","properties":{"a":{"$ref":"#there"}},"$defs":{"x":{"$anchor":"there"}}}""")]
    [InlineData("""{"type":"object","patternProperties":{}}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","pattern":"(?=x)"}}}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","pattern":"("}}}""")]
    [InlineData("""{"type":"object","properties":{"a":{"$ref":"https://elsewhere.example/x"}}}""")]
    [InlineData("""{"type":"object","properties":{"a-b":{"type":"string"},"a_x2Db":{"type":"string"}}}""")]
    [InlineData("""{"type":"array"}""")]
    [InlineData("""{"properties":{}}""")]
    [InlineData("""{"type":"object","properties":{"a":{"minLength":-1}}}""")]
    [InlineData("true")]
    public void A_schema_that_cannot_be_mapped_is_refused(string schema) => Assert.False(ArgumentBinder.Compile("s", "t", JsonElement.Parse(schema)).Succeeded);
}
