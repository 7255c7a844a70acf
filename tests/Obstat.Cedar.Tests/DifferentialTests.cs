using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Obstat.Cedar.Entities;
using Obstat.Cedar.Evaluation;
using Obstat.Cedar.Syntax;
using Obstat.Cedar.Values;
using Obstat.Tests;

namespace Obstat.Cedar.Tests;

/// <summary>Random policy sets judged by the official engine and by ours.</summary>
public sealed class DifferentialTests
{
    private const int Sets = 2300;
    private const int RequestsPerSet = 10;
    private const int HitsMin = 100;

    [Fact]
    public void The_official_engine_and_ours_agree_on_random_sets_and_every_planted_bug_is_seen()
    {
        var folder = Path.Combine(Vectors.Root, "tests", "npm");
        Assert.SkipUnless(Directory.Exists(Path.Combine(folder, "node_modules", "@cedar-policy", "cedar-wasm")), "npm package cedar-wasm is not installed");
        var cases = Enumerable.Range(1, Sets).Select(Make).ToList();
        var answers = Ask(folder, cases.Select(c => c.Line));
        Assert.Equal(Sets, answers.Count);

        var wrong = new List<string>();
        var bugs = PlantedBugs.All.Keys.ToHashSet();
        var hits = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var (allows, requests) = (0, 0);
        for (var i = 0; i < Sets; i++)
        {
            var item = cases[i];
            var both = new BothEvaluators($"set {i + 1}", item.Set, item.Store);
            foreach (var (request, official) in item.Requests.Zip(answers[i].EnumerateArray()))
            {
                requests++;
                var expected = official.TryGetProperty("failure", out var failure) ? failure.ToString()
                    : $"{official.Text("decision")} {string.Join(",", official.Strings("reason"))} {string.Join(",", official.Strings("errors"))}";
                var answer = both.Decide(request, wrong);
                allows += answer.Decision == Decision.Allow ? 1 : 0;
                if (Show(answer) != expected)
                {
                    wrong.Add($"set {i + 1}: official {expected}, ours {Show(answer)}\n{string.Join("\n", item.Set.Policies.Select(p => p.Id + ": " + p.ToText()))}");
                }

                Count(item, request, hits);
                foreach (var bug in bugs.ToList().Where(b => Show(Evaluator.Decide(PlantedBugs.Plant(item.Set, PlantedBugs.All[b]), item.Store, request, Mode.Standard)) != expected))
                {
                    bugs.Remove(bug);
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong.Take(5)));
        Assert.Equal(Sets * RequestsPerSet, requests);
        Assert.Empty(bugs);
        Assert.InRange(allows, requests / 5, requests * 4 / 5);
        TestContext.Current.SendDiagnosticMessage($"least often: {string.Join("; ", Wanted().OrderBy(w => hits.GetValueOrDefault(w)).Take(8).Select(w => $"{w} {hits.GetValueOrDefault(w)}"))}; allowed {allows} of {requests}");
        var rare = Wanted().Where(w => hits.GetValueOrDefault(w) < HitsMin).Select(w => $"{w}: {hits.GetValueOrDefault(w)}").ToList();
        Assert.True(rare.Count == 0, string.Join("; ", rare));
    }

    private static Case Make(int seed)
    {
        var g = new CaseGenerator(seed) { Unsound = seed % 3 == 0 ? 80 : 15 };
        var texts = Enumerable.Range(0, 1 + g.Next(5)).ToDictionary(i => "p" + i, _ => g.PolicyText());

        // Without a plain permit here and there nearly everything would be denied.
        if (g.Next(2) == 0)
        {
            texts["open"] = "permit(principal, action, resource);";
        }

        var entities = g.EntitiesJson();
        var requests = Enumerable.Range(0, RequestsPerSet).Select(_ => g.RequestJson()).ToList();
        var line = $"{{\"policies\":{JsonSerializer.Serialize(texts)},\"entities\":{entities},\"requests\":[{string.Join(",", requests.Select(r => $"{{\"principal\":{r.Principal},\"action\":{r.Action},\"resource\":{r.Resource},\"context\":{r.Context}}}"))}]}}";
        return new(
            line,
            PolicySet.Of(texts.Select(t => PolicySet.Parse(t.Value).Require().Policies[0].WithId(t.Key))).Require(),
            EntityStore.Load(entities).Require(),
            [.. requests.Select(r => new Request(
                Corpus.Uid(JsonElement.Parse(r.Principal)), Corpus.Uid(JsonElement.Parse(r.Action)), Corpus.Uid(JsonElement.Parse(r.Resource)), ContextReader.Parse(r.Context).Require()))]);
    }

    private static List<JsonElement> Ask(string folder, IEnumerable<string> lines)
    {
        using var node = Process.Start(new ProcessStartInfo("node", "cedar-oracle.mjs")
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = Encoding.UTF8,
        })!;
        var reading = Task.Run(() =>
        {
            var answers = new List<JsonElement>();
            while (node.StandardOutput.ReadLine() is { } line)
            {
                answers.Add(JsonElement.Parse(line));
            }

            return answers;
        });
        var complaints = node.StandardError.ReadToEndAsync();
        try
        {
            foreach (var line in lines)
            {
                node.StandardInput.WriteLine(line);
            }

            node.StandardInput.Close();
        }
        catch (IOException)
        {
            Assert.Fail($"the official engine ended: {complaints.GetAwaiter().GetResult()}");
        }

        return reading.GetAwaiter().GetResult();
    }

    private static string Show(CedarAnswer answer) =>
        $"{(answer.Decision == Decision.Allow ? "allow" : "deny")} {string.Join(",", answer.Reasons)} {string.Join(",", answer.Errors.Select(e => e.PolicyId))}";

    /// <summary>Notes what every node of the set comes to by itself: which operators are reached, with which values and errors.</summary>
    private static void Count(Case item, Request request, SortedDictionary<string, int> hits)
    {
        var walk = new ReferenceEvaluator(item.Store, request, Mode.Standard);
        foreach (var node in item.Set.Policies.SelectMany(p => p.Conditions).SelectMany(c => ExprWalk.All(c.Body)))
        {
            var value = walk.Evaluate(node);
            var result = value is null ? walk.Error.ToString() : value is CedarBool b ? b.Value ? "true" : "false" : "value";
            if (value is null)
            {
                Hit(hits, $"error {walk.Error}");
            }

            Hit(hits, $"{NameOf(node)} {result}");
            if (node is Expr.Binary { Operator: BinaryOperator.Equal or BinaryOperator.NotEqual or BinaryOperator.Less or BinaryOperator.LessEqual or BinaryOperator.Greater or BinaryOperator.GreaterEqual } both
                && value is not null && walk.Evaluate(both.Left) is { } left && walk.Evaluate(both.Right) is { } right && left.Kind == right.Kind)
            {
                Hit(hits, $"{NameOf(node)} of {left.Kind} {result}");
            }
        }
    }

    private static void Hit(SortedDictionary<string, int> hits, string key) => hits[key] = hits.GetValueOrDefault(key) + 1;

    private static string NameOf(Expr node) => node switch
    {
        Expr.Binary b => b.Operator.ToString(),
        Expr.ExtensionCall c => c.Function.Name,
        _ => node.GetType().Name,
    };

    private static IEnumerable<string> Wanted()
    {
        foreach (var error in Enum.GetValues<EvaluationError>().Where(e => e != EvaluationError.None))
        {
            yield return $"error {error}";
        }

        foreach (var op in Enum.GetValues<BinaryOperator>().Where(o => o is not (BinaryOperator.None or BinaryOperator.Add or BinaryOperator.Subtract or BinaryOperator.Multiply or BinaryOperator.GetTag)))
        {
            yield return $"{op} true";
            yield return $"{op} false";
        }

        foreach (var (op, kind) in from op in new[] { BinaryOperator.Less, BinaryOperator.LessEqual, BinaryOperator.Greater, BinaryOperator.GreaterEqual }
                                   from kind in new[] { CedarKind.Long, CedarKind.DateTime, CedarKind.Duration }
                                   select (op, kind))
        {
            yield return $"{op} of {kind} true";
            yield return $"{op} of {kind} false";
        }

        foreach (var kind in Enum.GetValues<CedarKind>().Where(k => k is not (CedarKind.None or CedarKind.Bool)))
        {
            yield return $"Equal of {kind} true";
            yield return $"Equal of {kind} false";
        }

        foreach (var kind in new[] { CedarKind.Long, CedarKind.String, CedarKind.Entity, CedarKind.Decimal, CedarKind.DateTime, CedarKind.Duration })
        {
            yield return $"NotEqual of {kind} true";
            yield return $"NotEqual of {kind} false";
        }

        foreach (var name in new[] { "And", "Or", "Not", "IsEmpty", "Has", "Like", "Is", "isIpv4", "isIpv6", "isLoopback", "isMulticast", "isInRange", "lessThan", "lessThanOrEqual", "greaterThan", "greaterThanOrEqual" })
        {
            yield return $"{name} true";
            yield return $"{name} false";
        }

        foreach (var name in new[] { "Add", "Subtract", "Multiply", "Negate", "GetTag", "Attribute", "SetLiteral", "RecordLiteral", "offset", "durationSince", "toDate", "toTime", "toMilliseconds", "toSeconds", "toMinutes", "toHours", "toDays", "ip", "decimal", "datetime", "duration" })
        {
            yield return $"{name} value";
        }
    }

    private sealed record Case(string Line, PolicySet Set, EntityStore Store, IReadOnlyList<Request> Requests);
}
