using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Obstat.Cedar.Entities;
using Obstat.Cedar.Mcp;
using Obstat.Cedar.Schemas;
using Obstat.Cedar.Validation;

namespace Obstat.Cedar.Tests;

/// <summary>
/// Readers fed with changed input: no crash, no hang, and no more memory than a factor of the input. The seed of a failure is in its message; OBSTAT_SEED repeats it,
/// OBSTAT_FUZZ_ROUNDS makes it longer.
/// </summary>
[Collection("alone")]
public sealed class FuzzTests
{
    /// <summary>Bytes that a reader may allocate whatever it is given.</summary>
    private const long AllocatedAlways = 64 << 10;

    /// <summary>The same, where patterns are compiled: a tool's schema may hold some.</summary>
    private const long AllocatedForPatterns = 4 << 20;

    /// <summary>Bytes that a reader may allocate for each byte of its input.</summary>
    private const long AllocatedPerByte = 800;

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
    public void Changed_input_never_crashes_or_stalls_a_reader_and_costs_bounded_memory()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("OBSTAT_SEED"), CultureInfo.InvariantCulture, out var given) ? given : Environment.TickCount & 0xffffff;
        var rounds = int.TryParse(Environment.GetEnvironmentVariable("OBSTAT_FUZZ_ROUNDS"), CultureInfo.InvariantCulture, out var asked) ? asked : 6000;
        var random = new Random(seed);
        var most = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var (_, read) in Readers)
        {
            Array.ForEach(Seeds, read);
        }

        for (var i = 0; i < rounds; i++)
        {
            // Texts of policies and schemas may be long; the first two seeds are such.
            var kind = random.Next(Seeds.Length);
            var text = Mutate(kind < 2 && random.Next(8) == 0 ? string.Concat(Enumerable.Repeat(Seeds[kind], random.Next(2, 60))) : Seeds[kind], random);
            foreach (var (name, read) in Readers)
            {
                var (before, watch) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
                try
                {
                    read(text);
                }
                catch (Exception e)
                {
                    Assert.Fail($"OBSTAT_SEED={seed}, round {i}, {name}: {e} on {text}");
                }

                var allocated = GC.GetAllocatedBytesForCurrentThread() - before - (name == "tool" ? AllocatedForPatterns : AllocatedAlways);
                most[name] = Math.Max(most.GetValueOrDefault(name), (double)allocated / text.Length);
                Assert.True(allocated <= AllocatedPerByte * text.Length, $"OBSTAT_SEED={seed}, round {i}, {name}: {allocated} bytes for {text.Length} characters: {text[..Math.Min(text.Length, 600)]}");
                Assert.True(Stopwatch.GetElapsedTime(watch).TotalSeconds < 5, $"OBSTAT_SEED={seed}, round {i}, {name}: {Stopwatch.GetElapsedTime(watch)} for {text}");
            }
        }

        TestContext.Current.SendDiagnosticMessage($"OBSTAT_SEED={seed}: {string.Join(", ", most.Select(m => string.Create(CultureInfo.InvariantCulture, $"{m.Key} {m.Value:F0}")))}");
    }

    private static readonly Schema House = Schema.Parse(CaseGenerator.Schema).Require();

    private static readonly (string Name, Action<string> Read)[] Readers =
    [
        ("policies", text => _ = PolicySet.Parse(text)),
        ("format", text => _ = Formatter.Format(text)),
        ("schema", text => _ = Schema.Parse(text)),
        ("schema in JSON", text => _ = Schema.ParseJson(text)),
        ("set in JSON", text => _ = PolicySet.ParseJson(text)),
        ("policy in JSON", text => _ = Policy.ParseJson("p", text)),
        ("entities", text => _ = EntityStore.Load(text, House).TryGet(out var store) ? SchemaCheck.Entities(store, House) : null),
        ("context", text => _ = ContextReader.Parse(text)),
        ("request", text => _ = RequestReader.Parse(Encoding.UTF8.GetBytes(text), House)),
        ("tool", ReadTool),
    ];

    private static void ReadTool(string text)
    {
        JsonElement json;
        try
        {
            json = JsonElement.Parse(Encoding.UTF8.GetBytes(text), new() { AllowDuplicateProperties = false });
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not JSON: the caller of the binder has refused it.
            return;
        }

        if (ArgumentBinder.Compile("s", "t", json).TryGet(out var binder))
        {
            _ = binder.Bind(JsonElement.Parse("{\"a\":\"abc\",\"b\":{\"n\":{}}}"));
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
