using System.Text.Json;

namespace Obstat.Cedar.Tests;

/// <summary>Policies as JSON, in both directions, and as text again.</summary>
public sealed class PolicyJsonTests
{
    [Fact]
    public void Text_becomes_the_official_json_and_comes_back()
    {
        var wrong = new List<string>();
        var expected = Corpus.Lines("cedar/dev-cedar-corpus-full.expect.jsonl.gz").ToDictionary(l => l.Text("id"));
        var (compared, policies) = (0, 0);
        foreach (var test in Corpus.Lines("cedar/dev-cedar-corpus-full.jsonl.gz"))
        {
            var id = test.Text("id");
            var set = PolicySet.Parse(test.Text("policies")).Require();
            var json = set.Policies.Select(p => JsonElement.Parse(p.ToJson(), new() { MaxDepth = 1000 })).ToList();
            if (expected[id].TryGetProperty("policyJson", out var official))
            {
                compared++;
                if (!official.EnumerateArray().SequenceEqual(json, EqualityComparer<JsonElement>.Create(JsonElement.DeepEquals)))
                {
                    wrong.Add($"{id}: {string.Join(",", json)} but {official}");
                }
            }

            foreach (var policy in set.Policies)
            {
                policies++;
                var text = policy.ToText();
                var back = Policy.ParseJson(policy.Id, policy.ToJson());
                if (!back.TryGet(out var read) || read.ToJson() != policy.ToJson())
                {
                    wrong.Add($"{id} from JSON: {back.Diagnostics.FirstOrDefault()}");
                }

                var again = PolicySet.Parse(text);
                if (!again.TryGet(out var reread) || reread.Policies[0].ToJson() != policy.ToJson())
                {
                    wrong.Add($"{id} from text: {again.Diagnostics.FirstOrDefault()} {text}");
                }
            }
        }

        Assert.Empty(wrong);
        Assert.True(compared > 4000 && policies >= 5175, $"{compared} compared, {policies} policies");
    }

    [Fact]
    public void Sets_with_links_come_back()
    {
        foreach (var test in Corpus.Lines("cedar/dev-multi.jsonl.gz"))
        {
            var set = MultiTests.Set(test.GetProperty("policies"));
            var back = PolicySet.ParseJson(set.ToJson()).Require();
            Assert.Equal(set.Policies.Select(p => p.ToText()), back.Policies.Select(p => p.ToText()));
            Assert.Equal(set.ToJson(), back.ToJson());
        }
    }

    [Theory]
    [InlineData("""{"effect":"allow","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}""")]
    [InlineData("""{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"}}""")]
    [InlineData("""{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[],"more":1}""")]
    [InlineData("""{"effect":"permit","effect":"forbid","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}""")]
    [InlineData("""{"effect":"permit","principal":{"op":"in"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}""")]
    [InlineData("""{"effect":"permit","principal":{"op":"==","slot":"?resource"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}""")]
    [InlineData("""{"effect":"permit","principal":{"op":"All"},"action":{"op":"==","entity":{"type":"U","id":"x"}},"resource":{"op":"All"},"conditions":[]}""")]
    [InlineData("""{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[{"kind":"if","body":{"Value":true}}]}""")]
    [InlineData("""{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[{"kind":"when","body":{"Value":1.0}}]}""")]
    [InlineData("""{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[{"kind":"when","body":{"Slot":"?principal"}}]}""")]
    [InlineData("""{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[{"kind":"when","body":{"nope":[]}}]}""")]
    [InlineData("""{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[{"kind":"when","body":{}}]}""")]
    public void A_policy_with_a_fault_is_refused(string json) => Assert.False(Policy.ParseJson("p", json).Succeeded);
}
