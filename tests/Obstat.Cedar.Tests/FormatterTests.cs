namespace Obstat.Cedar.Tests;

/// <summary>The layout of policy texts.</summary>
public sealed class FormatterTests
{
    /// <summary>Laid out otherwise than by the official formatter. May only shrink.</summary>
    private static readonly Dictionary<string, string> Exceptions = new()
    {
        ["d1cc1e297d28a1e49ec1495364b294c94f052796"] = "two lists on the sides of one ==: the official one keeps the left whole and breaks inside a call of the right",
    };

    [Fact]
    public void Every_policy_of_the_corpus_is_laid_out_as_by_the_official_formatter()
    {
        var expected = Corpus.Lines("cedar/dev-cedar-corpus-full.expect.jsonl.gz").ToDictionary(l => l.Text("id"));
        var (same, other) = (0, new List<string>());
        foreach (var test in Corpus.Lines("cedar/dev-cedar-corpus-full.jsonl.gz"))
        {
            var text = test.Text("policies");
            var formatted = Formatter.Format(text).Require();
            Assert.True(Formatter.Format(formatted).Require() == formatted, $"not stable: {text}");
            Assert.Equal(PolicySet.Parse(text).Require().ToJson(), PolicySet.Parse(formatted).Require().ToJson());
            if (!expected[test.Text("id")].TryGetProperty("formatted", out var official))
            {
                continue;
            }

            if (official.GetString() == formatted)
            {
                same++;
            }
            else if (!Exceptions.ContainsKey(test.Text("id")))
            {
                other.Add($"{test.Text("id")}\n{official.GetString()}\n{formatted}");
            }
        }

        Assert.Equal(5175 - Exceptions.Count, same + other.Count);
        Assert.True(other.Count == 0, $"{same} same, {other.Count} other:\n{string.Join("\n", other.Take(4))}");
        Assert.True(same * 100 >= 5175 * 99, $"{same} same");
    }

    [Fact]
    public void Comments_and_annotations_stay()
    {
        const string Text = """
            // about the first
            @id("a") // why
            permit(principal, // who
              action, resource) when { true // always
               // and
               && context.n == 1 };
            // about the second
            forbid(principal,action,resource) unless {
              // inside
              [1, // one
               2].contains(context.n) }; // behind
            // at the end
            """;
        var formatted = Formatter.Format(Text).Require();
        foreach (var comment in new[] { "// about the first", "// why", "// who", "// always", "// and", "// about the second", "// inside", "// one", "// behind", "// at the end" })
        {
            Assert.Equal(2, formatted.Split(comment).Length);
        }

        Assert.Equal(formatted, Formatter.Format(formatted).Require());
        Assert.NotEqual(Text, formatted);
    }

    [Fact]
    public void A_text_that_is_not_well_formed_is_refused() => Assert.False(Formatter.Format("permit(").Succeeded);
}
