using System.Globalization;
using System.Text;
using System.Text.Json;
using Obstat.Cedar.Entities;
using Obstat.Cedar.Fast;
using Obstat.Cedar.Schemas;
using Obstat.Tests;

namespace Obstat.Cedar.Tests;

/// <summary>Requests bound in one pass over their JSON are those that the plain reader accepts, and no others.</summary>
public sealed class RequestBinderTests
{
    private const string House = """
        entity Team;
        entity User in [Team] { n: Long };
        entity Color enum ["red", "green"];
        entity Doc;
        action all;
        action view in [all] appliesTo {
          principal: [User, Color], resource: [Doc],
          context: { n: Long, s: String, b?: Bool, ip?: ipaddr, d?: decimal, at?: datetime, ttl?: duration, who?: User, color?: Color, set?: Set<Long>, r?: { x: Long, y?: String }, odd?: { __entity: Long } } };
        action ping appliesTo { principal: [User], resource: [Doc] };
        """;

    private static readonly Schema HouseSchema = Schema.Parse(House).Require();

    [Fact]
    public void Every_request_of_the_corpus_is_bound_as_the_plain_reader_reads_it()
    {
        var (requests, inOnePass) = (0, 0);
        foreach (var test in Corpus.Lines("cedar/dev-cedar-corpus-full.jsonl.gz"))
        {
            var schema = Schema.Parse(test.Text("schema")).Require();
            var fast = new FastEvaluator(PolicySet.Parse(test.Text("policies")).Require(), EntityStore.Load(test.Text("entities"), schema).Require());
            var binder = new RequestBinder(fast, schema);
            foreach (var item in test.GetProperty("requests").EnumerateArray())
            {
                requests++;
                inOnePass += Agree(binder, fast, schema, Json(item)) ? 1 : 0;
            }
        }

        Assert.Equal(7507, requests);
        Assert.True(inOnePass > 7000, $"{inOnePass} in one pass");
    }

    [Theory]
    [InlineData("micro")]
    [InlineData("agent-20")]
    [InlineData("gdrive-50")]
    [InlineData("github-50")]
    [InlineData("tinytodo-50")]
    public void Every_request_of_the_measured_workloads_takes_the_one_pass(string name)
    {
        string Text(string file) => Encoding.UTF8.GetString(Vectors.Bytes($"cedar/perf/{name}/{file}.gz"));
        var isText = File.Exists(Path.Combine(Vectors.Shared($"cedar/perf/{name}"), "schema.cedarschema.gz"));
        var schema = (isText ? Schema.Parse(Text("schema.cedarschema")) : Schema.ParseJson(Text("schema.json"))).Require();
        var fast = new FastEvaluator(PolicySet.Parse(Text("policies.cedar")).Require(), EntityStore.Load(Text("entities.json"), schema).Require());
        var binder = new RequestBinder(fast, schema);
        var decisions = JsonElement.Parse(Text("decisions.json")).EnumerateArray().ToArray();
        foreach (var (item, official) in JsonElement.Parse(Text("requests.json")).EnumerateArray().Zip(decisions))
        {
            Assert.True(Agree(binder, fast, schema, Json(item)), item.ToString());
            var answer = new FastAnswer();
            fast.Decide(binder.Bind(Json(item)).Require(), Mode.Standard, answer);
            Assert.Equal(official.Text("decision"), answer.Decision == Decision.Allow ? "allow" : "deny");
            Assert.Equal(official.Strings("reason"), answer.ToAnswer().Reasons);
        }
    }

    [Theory]
    [InlineData("""{"n":1,"s":"x"}""", true)]
    [InlineData("""{"s":"\u0041\n\ud83d\ude00","n":-5}""", true)]
    [InlineData("""{"n":9223372036854775807,"s":"","b":false,"ip":"10.0.0.1/8","d":"1.5","at":"2024-01-01","ttl":"1h","set":[1,2,1],"r":{"x":1}}""", true)]
    [InlineData("""{"n":1,"s":"x","ip":{"__extn":{"fn":"ip","arg":"::1"}},"d":{"fn":"decimal","arg":"1.0"},"who":{"type":"User","id":"a"},"color":{"__entity":{"id":"red","type":"Color"}}}""", true)]
    [InlineData("""{"n":1,"s":"x","at":{"__extn":{"fn":"offset","args":[{"__extn":{"fn":"datetime","arg":"2024-01-01"}},{"__extn":{"fn":"duration","arg":"1d"}}]}}}""", true)]
    [InlineData("""{"n":1}""", false)]
    [InlineData("""{"n":1,"s":"x","more":1}""", false)]
    [InlineData("""{"n":1,"n":1,"s":"x"}""", false)]
    [InlineData("""{"n":1,"\u006e":1,"s":"x"}""", false)]
    [InlineData("""{"n":-0,"s":"x"}""", false)]
    [InlineData("""{"n":1.0,"s":"x"}""", false)]
    [InlineData("""{"n":1e0,"s":"x"}""", false)]
    [InlineData("""{"n":9223372036854775808,"s":"x"}""", false)]
    [InlineData("""{"n":"1","s":"x"}""", false)]
    [InlineData("""{"n":1,"s":null}""", false)]
    [InlineData("""{"n":1,"s":"\ud800"}""", false)]
    [InlineData("""{"n":1,"s":"x","ip":"010.0.0.1"}""", false)]
    [InlineData("""{"n":1,"s":"x","ip":{"__extn":{"fn":"decimal","arg":"1.0"}}}""", false)]
    [InlineData("""{"n":1,"s":"x","who":{"type":"Doc","id":"a"}}""", false)]
    [InlineData("""{"n":1,"s":"x","who":{"type":"User","id":"a","more":1}}""", false)]
    [InlineData("""{"n":1,"s":"x","who":{"type":"User"}}""", false)]
    [InlineData("""{"n":1,"s":"x","color":{"type":"Color","id":"blue"}}""", false)]
    [InlineData("""{"n":1,"s":"x","set":[1,"2"]}""", false)]
    [InlineData("""{"n":1,"s":"x","r":{"y":"a"}}""", false)]
    [InlineData("""{"n":1,"s":"x","odd":{"__entity":1}}""", false)]
    [InlineData("""{"n":1,"s":"x"} """, true)]
    [InlineData("""{"n":1,"s":"x"}}""", false)]
    [InlineData("""[]""", false)]
    public void A_context_is_taken_or_refused_as_its_declaration_says(string context, bool isTaken)
    {
        var (fast, binder) = HouseBinder();
        var json = Encoding.UTF8.GetBytes($"{{\"principal\":{{\"type\":\"User\",\"id\":\"a\"}},\"action\":{{\"type\":\"Action\",\"id\":\"view\"}},\"resource\":{{\"type\":\"Doc\",\"id\":\"d\"}},\"context\":{context}}}");
        _ = Agree(binder, fast, HouseSchema, json);
        Assert.Equal(isTaken, binder.Bind(json).Succeeded);
    }

    [Theory]
    [InlineData("""{"principal":{"type":"User","id":"a"},"action":{"type":"Action","id":"ping"},"resource":{"type":"Doc","id":"d"}}""", true)]
    [InlineData("""{"context":{},"resource":{"type":"Doc","id":"d"},"action":{"type":"Action","id":"ping"},"principal":{"__entity":{"type":"User","id":"a"}}}""", true)]
    [InlineData("""{"principal":{"type":"User","id":"a"},"action":{"type":"Action","id":"view"},"resource":{"type":"Doc","id":"d"}}""", false)]
    [InlineData("""{"principal":{"type":"User","id":"a"},"action":{"type":"Action","id":"nope"},"resource":{"type":"Doc","id":"d"}}""", false)]
    [InlineData("""{"principal":{"type":"Doc","id":"a"},"action":{"type":"Action","id":"ping"},"resource":{"type":"Doc","id":"d"}}""", false)]
    [InlineData("""{"principal":{"type":"Color","id":"blue"},"action":{"type":"Action","id":"view"},"resource":{"type":"Doc","id":"d"},"context":{"n":1,"s":""}}""", false)]
    [InlineData("""{"principal":{"type":"User","id":"a"},"principal":{"type":"User","id":"b"},"action":{"type":"Action","id":"ping"},"resource":{"type":"Doc","id":"d"}}""", false)]
    [InlineData("""{"principal":{"type":"User","id":"a"},"action":{"type":"Action","id":"ping"},"resource":{"type":"Doc","id":"d"},"more":1}""", false)]
    [InlineData("""{"principal":{"type":"User","id":"a"},"action":{"type":"Action","id":"ping"}}""", false)]
    [InlineData("""{"\ud800":1}""", false)]
    [InlineData("null", false)]
    [InlineData("", false)]
    public void A_request_is_taken_or_refused_as_its_action_says(string request, bool isTaken)
    {
        var (fast, binder) = HouseBinder();
        _ = Agree(binder, fast, HouseSchema, Encoding.UTF8.GetBytes(request));
        Assert.Equal(isTaken, binder.Bind(Encoding.UTF8.GetBytes(request)).Succeeded);
    }

    [Fact]
    public void A_request_of_more_than_a_mebibyte_and_bytes_that_are_not_utf8_are_refused()
    {
        var (_, binder) = HouseBinder();
        Assert.Equal(DiagnosticCode.TextTooLarge, binder.Bind(new byte[Limits.RequestBytesMax + 1]).Diagnostics[0].Code);
        var json = Encoding.UTF8.GetBytes("""{"principal":{"type":"User","id":"~"},"action":{"type":"Action","id":"ping"},"resource":{"type":"Doc","id":"d"}}""");
        json[Array.IndexOf(json, (byte)'~')] = 0xff;
        Assert.False(binder.Bind(json).Succeeded);
    }

    [Fact]
    public void Changed_bytes_are_judged_alike()
    {
        var schema = Schema.Parse(CaseGenerator.Schema).Require();
        var seed = int.TryParse(Environment.GetEnvironmentVariable("OBSTAT_SEED"), CultureInfo.InvariantCulture, out var given) ? given : Environment.TickCount & 0xffffff;
        var random = new Random(seed);
        var fast = new FastEvaluator(PolicySet.Parse(new CaseGenerator(seed).PolicyText()).Require(), EntityStore.Load(new CaseGenerator(seed).EntitiesJson(), schema).Require());
        var binder = new RequestBinder(fast, schema);
        var taken = 0;
        for (var i = 0; i < 6000; i++)
        {
            var (principal, action, resource, context) = new CaseGenerator(seed + i).RequestJson();
            var json = Encoding.UTF8.GetBytes($"{{\"principal\":{principal},\"action\":{action},\"resource\":{resource},\"context\":{context}}}");
            for (var n = random.Next(3); n > 0; n--)
            {
                json[random.Next(json.Length)] = random.Next(3) == 0 ? (byte)random.Next(256) : json[random.Next(json.Length)];
            }

            try
            {
                taken += Agree(binder, fast, schema, json) ? 1 : 0;
            }
            catch (Exception e)
            {
                Assert.Fail($"OBSTAT_SEED={seed}, round {i}: {e.Message} on {Encoding.Latin1.GetString(json)}");
            }
        }

        Assert.InRange(taken, 1000, 5900);
    }

    /// <summary>Whether the one pass took it; then it is the request that the plain reader reads.</summary>
    private static bool Agree(RequestBinder binder, FastEvaluator fast, Schema schema, byte[] json)
    {
        var plain = RequestReader.Parse(json, schema);
        var bound = binder.Bind(json);
        Assert.Equal(plain.Succeeded, bound.Succeeded);
        if (binder.TryBind(json) is not { } one)
        {
            return false;
        }

        var request = plain.Require();
        Assert.Equal(request, one.Source);
        foreach (var mode in new[] { Mode.Strict, Mode.Standard })
        {
            var (first, second) = (new FastAnswer(), new FastAnswer());
            fast.Decide(one, mode, first);
            fast.Decide(fast.Bind(request), mode, second);
            Assert.Equal(JsonSerializer.Serialize(second.ToAnswer()), JsonSerializer.Serialize(first.ToAnswer()));
        }

        return true;
    }

    private static byte[] Json(JsonElement item) => Encoding.UTF8.GetBytes(
        $"{{\"principal\":{item.GetProperty("principal")},\"action\":{item.GetProperty("action")},\"resource\":{item.GetProperty("resource")},\"context\":{(item.TryGetProperty("context", out var c) ? c : "{}")}}}");

    private static (FastEvaluator Fast, RequestBinder Binder) HouseBinder()
    {
        var fast = new FastEvaluator(PolicySet.Parse("permit(principal, action, resource) unless { context has n && context.n == 7 };").Require(), EntityStore.Load("[]", HouseSchema).Require());
        return (fast, new(fast, HouseSchema));
    }
}
