using System.Text.Json;
using Obstat.Cedar.Schemas;
using Obstat.Tests;

namespace Obstat.Cedar.Tests;

/// <summary>Schemas as text and as JSON, in both directions; names and what they mean.</summary>
public sealed class SchemaTests
{
    [Fact]
    public void Every_schema_of_the_corpus_becomes_the_official_json_and_comes_back_from_both_forms()
    {
        var wrong = new List<string>();
        var compared = 0;
        foreach (var test in Corpus.Lines("cedar/dev-cedar-corpus-full.jsonl.gz"))
        {
            var text = test.Text("schema");
            var fragment = SchemaFragment.Parse(text).Require();
            var meaning = Meaning(Schema.Parse(text));
            var json = fragment.ToJson();
            if (test.TryGetProperty("schemaJson", out var official))
            {
                compared++;
                if (!JsonElement.DeepEquals(JsonElement.Parse(json), JsonElement.Parse(official.GetString()!)) && wrong.Count < 20)
                {
                    wrong.Add($"{test.Text("id")}: {json} but {official.GetString()}");
                }

                if (Meaning(Schema.ParseJson(official.GetString()!)) != meaning)
                {
                    wrong.Add($"{test.Text("id")}: the official JSON means something else");
                }
            }

            if (Meaning(Schema.ParseJson(json)) != meaning || Meaning(Schema.Parse(fragment.ToText())) != meaning
                || Meaning(Schema.Parse(SchemaFragment.ParseJson(json).Require().ToText())) != meaning)
            {
                wrong.Add($"{test.Text("id")}: does not come back: {fragment.ToText()}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong.Take(5)));
        Assert.Equal(5140, compared);
    }

    [Fact]
    public void Random_schemas_come_back_from_text_and_json()
    {
        var accepted = 0;
        for (var seed = 1; seed <= 3000; seed++)
        {
            var text = new RandomSchemas(seed).Text();
            var parsed = Schema.Parse(text);
            if (!parsed.Succeeded)
            {
                // Two parts may have made the same name; nothing else is wrong with them.
                Assert.All(parsed.Diagnostics, d => Assert.True(d.Code is DiagnosticCode.DuplicateDeclaration or DiagnosticCode.DuplicateKey, $"seed {seed}: {d} in {text}"));
                continue;
            }

            accepted++;
            var meaning = Meaning(parsed);
            var fragment = SchemaFragment.Parse(text).Require();
            var (asText, asJson) = (fragment.ToText(), fragment.ToJson());
            var (fromText, fromJson) = (SchemaFragment.Parse(asText).Require(), SchemaFragment.ParseJson(asJson).Require());
            Assert.True(Meaning(Schema.Parse(asText)) == meaning && Meaning(Schema.ParseJson(asJson)) == meaning && Meaning(Schema.Parse(fromJson.ToText())) == meaning, $"seed {seed}: {text}");
            Assert.True(fromText.ToText() == asText && fromJson.ToJson() == asJson, $"seed {seed}: {text}");
        }

        Assert.True(accepted > 1500, $"{accepted} accepted");
    }

    [Fact]
    public void The_plane_schemas_are_one_schema_in_two_texts()
    {
        var house = File.ReadAllText(Vectors.Shared("cedar/plane/plane.cedarschema"));
        var mail = File.ReadAllText(Vectors.Shared("cedar/plane/mail.cedarschema"));
        var schema = Schema.Parse(house, mail).Require();
        Assert.Contains("mail::Action::\"send-mail\"", schema.Actions.Keys.Select(a => a.ToString()));
        Assert.False(Schema.Parse(mail).Succeeded);
    }

    [Theory]
    [InlineData("entity A; entity A;", DiagnosticCode.DuplicateDeclaration)]
    [InlineData("entity A = { x: B };", DiagnosticCode.UndefinedType)]
    [InlineData("type A = B; type B = A;", DiagnosticCode.TypeCycle)]
    [InlineData("type A = { x: Set<A> };", DiagnosticCode.TypeCycle)]
    [InlineData("type Long = String;", DiagnosticCode.ReservedName)]
    [InlineData("entity Action;", DiagnosticCode.ReservedName)]
    [InlineData("entity A; namespace N { entity A; }", DiagnosticCode.ShadowedName)]
    [InlineData("action a in [b]; action b in [a];", DiagnosticCode.ActionCycle)]
    [InlineData("action a in [zz];", DiagnosticCode.UndeclaredAction)]
    [InlineData("entity A = { x: Long, x: Long };", DiagnosticCode.DuplicateKey)]
    [InlineData("entity A enum [];", DiagnosticCode.EmptyEnum)]
    [InlineData("entity A; type C = Long; action a appliesTo { principal: A, resource: A, context: C };", DiagnosticCode.ContextNotRecord)]
    [InlineData("entity A; action a appliesTo { principal: A };", DiagnosticCode.UnexpectedToken)]
    [InlineData("entity E enum [\"a\"]; entity B in [E];", DiagnosticCode.EnumWithFacts)]
    [InlineData("entity if;", DiagnosticCode.ReservedWord)]
    public void A_faulty_schema_is_refused_with_its_code(string text, DiagnosticCode code) =>
        Assert.Contains(code, Schema.Parse(text).Diagnostics.Select(d => d.Code));

    [Theory]
    [InlineData("""{"":{"entityTypes":{"A":{"shape":{"type":"Set","element":{"type":"Long"}}}},"actions":{}}}""")]
    [InlineData("""{"":{"entityTypes":{"A":{"nope":1}},"actions":{}}}""")]
    [InlineData("""{"":{"entityTypes":{"A":{}},"entityTypes":{},"actions":{}}}""")]
    [InlineData("""{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"a":{"type":"Nope"}}}}},"actions":{}}}""")]
    [InlineData("""[]""")]
    public void A_faulty_schema_in_json_is_refused(string json) => Assert.False(Schema.ParseJson(json).Succeeded);

    [Fact]
    public void Names_mean_what_their_own_namespace_declares_then_the_empty_one_then_the_built_in()
    {
        var schema = Schema.Parse("entity Long; namespace N { type ipaddr = String; entity A = { a: Long, b: __cedar::Long, c: ipaddr, d: __cedar::ipaddr, e: Set<Bool> }; }").Require();
        Assert.Equal("{a: Long, b: Long, c: String, d: ipaddr, e: Set<Bool>}", schema.EntityTypes["N::A"].Attributes.ToString());
        Assert.IsType<CedarType.Entity>(schema.EntityTypes["N::A"].Attributes.Attributes[0].Type);
    }

    [Fact]
    public void One_reading_shows_several_faults() =>
        Assert.True(Schema.Parse("entity 1; entity A; entity 2; action x in;").Diagnostics.Length >= 3);

    private static string Meaning(Parsed<Schema> parsed)
    {
        if (!parsed.TryGet(out var schema))
        {
            return parsed.Diagnostics[0].ToString();
        }

        var types = schema.EntityTypes.Values.Select(t =>
            $"{t.Name} {t.Attributes} tags {t.Tags} in {string.Join(",", t.AncestorTypes)} {(t.IsEnum ? string.Join(",", t.EnumIds) : "")}");
        var actions = schema.Actions.Values.Select(a =>
            $"{a.Uid} {string.Join(",", a.PrincipalTypes)} {string.Join(",", a.ResourceTypes)} {a.Context} in {string.Join(",", a.Ancestors)}");
        return string.Join("\n", types.Concat(actions));
    }
}
