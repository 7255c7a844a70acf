using Obstat.Cedar.Entities;
using Obstat.Cedar.Fast;
using Obstat.Cedar.Schemas;
using Obstat.Cedar.Validation;
using Obstat.Cedar.Values;
using Obstat.Tests;

namespace Obstat.Cedar.Tests;

/// <summary>The sample of the room's README.</summary>
public sealed class ReadmeTests
{
    [Fact]
    public void The_sample_of_the_readme_is_this_code_and_allows()
    {
        // sample
        var schema = Schema.Parse("entity User { level: Long }; entity Doc; action read appliesTo { principal: [User], resource: [Doc], context: {} };").Require();
        var policies = PolicySet.Parse("permit(principal, action == Action::\"read\", resource) when { principal.level > 2 };").Require();
        if (!Validator.Check(policies, schema).IsEmpty)
        {
            throw new InvalidOperationException("a set with a finding is not loaded");
        }

        var entities = EntityStore.Load("""[{ "uid": { "type": "User", "id": "ann" }, "attrs": { "level": 3 }, "parents": [] }]""", schema).Require();
        var request = new Request(new("User", "ann"), new("Action", "read"), new("Doc", "d1"), CedarRecord.Empty);
        var answer = new FastEvaluator(policies, entities).Decide(request, Mode.Strict);

        // end of the sample
        Assert.Equal(Decision.Allow, answer.Decision);
        Assert.Equal(["policy0"], answer.Reasons);
        var source = File.ReadAllText(Path.Combine(Vectors.Root, "tests", "Obstat.Cedar.Tests", "ReadmeTests.cs"));
        var readme = File.ReadAllText(Path.Combine(Vectors.Root, "src", "Obstat.Cedar", "README.md"));
        Assert.Equal(Lines(Between(source, "// sample\n", "// end")), Lines(Between(readme, "```csharp\n", "```\n")));
    }

    private static string Between(string text, string start, string end)
    {
        var from = text.IndexOf(start, StringComparison.Ordinal) + start.Length;
        return text[from..text.IndexOf(end, from, StringComparison.Ordinal)];
    }

    private static IEnumerable<string> Lines(string text) => text.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0);
}
