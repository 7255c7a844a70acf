using System.Text.Json;
using Obstat.Cedar.Entities;
using Obstat.Tests;

namespace Obstat.Cedar.Tests;

/// <summary>One-line questions on grammar, values and extension types, answered by the official engine.</summary>
public sealed class EdgeTests
{
    [Fact]
    public void Every_edge_question_has_the_official_answer()
    {
        var root = JsonElement.Parse(Vectors.Bytes("cedar/edge.json"));
        var store = EntityStore.Load(root.GetProperty("entities").GetRawText()).Require();
        var requestJson = root.GetProperty("request");
        var request = new Request(
            Corpus.Uid(requestJson.GetProperty("principal")),
            Corpus.Uid(requestJson.GetProperty("action")),
            Corpus.Uid(requestJson.GetProperty("resource")),
            ContextReader.Parse(requestJson.GetProperty("context").GetRawText()).Require());
        var wrong = new List<string>();
        var count = 0;
        foreach (var item in root.GetProperty("cases").EnumerateArray())
        {
            count++;
            var text = item.TryGetProperty("expr", out var expr)
                ? $"permit(principal,action,resource) when {{ {expr.GetString()} }};"
                : item.GetProperty("policies").GetString()!;
            var expected = item.GetProperty("result").GetString();
            var actual = "parseError";
            if (PolicySet.Parse(text).TryGet(out var set))
            {
                var answer = new BothEvaluators(text, set, store).Decide(request, wrong);
                actual = !answer.Errors.IsEmpty ? "error" : answer.Decision == Decision.Allow ? "true" : "false";
            }

            if (expected != actual)
            {
                wrong.Add($"{text}: expected {expected}, got {actual}");
            }
        }

        Assert.Empty(wrong);
        Assert.Equal(350, count);
    }
}
