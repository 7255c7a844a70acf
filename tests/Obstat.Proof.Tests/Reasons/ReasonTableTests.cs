using Obstat.Proof.Reasons;
using Obstat.Tests;

namespace Obstat.Proof.Tests.Reasons;

public class ReasonTableTests
{
    private static string Folder => Path.Combine(Vectors.Root, "docs", "reasons");

    [Fact]
    public void Every_code_has_one_entry_in_the_order_of_the_enum()
        => Assert.Equal(Enum.GetValues<DenyReason>().Where(r => r != DenyReason.Undecided), ReasonTable.Entries.Select(e => e.Reason));

    [Fact]
    public void Nobodys_decision_is_told_as_a_fault_and_is_no_code()
    {
        Assert.Equal(DenyReason.Fault, ReasonTable.Of(DenyReason.Undecided).Reason);
        Assert.Equal(DenyReason.Fault, ReasonTable.Of((DenyReason)999).Reason);
        Assert.Equal("Fault", DenyReason.Undecided.ToCode());
        Assert.False(ReasonCodes.TryParse("Undecided", out _));
    }

    [Theory]
    [InlineData("notpermitted")]
    [InlineData("3")]
    [InlineData("NotPermitted ")]
    [InlineData("NotPermitted, Forbidden")]
    [InlineData("")]
    [InlineData(null)]
    public void Only_the_exact_name_is_a_code(string? text) => Assert.False(ReasonCodes.TryParse(text, out _));

    [Fact]
    public void Codes_and_retry_words_read_back()
    {
        Assert.All(ReasonTable.Entries, e =>
        {
            Assert.True(ReasonCodes.TryParse(e.Code, out var reason));
            Assert.Equal(e.Reason, reason);
            Assert.True(ReasonCodes.TryParseRetry(e.Retry.ToWord(), out var retry));
            Assert.Equal(e.Retry, retry);
            Assert.Same(e, ReasonTable.Of(e.Reason));
        });
        Assert.False(ReasonCodes.TryParseRetry("Never", out _));
    }

    [Fact]
    public void Every_entry_says_something_to_everyone() => Assert.All(ReasonTable.Entries, e =>
    {
        Assert.All([e.Meaning, e.Agent, e.Operator, e.Auditor, .. e.Causes], text => Assert.True(text.Length is > 10 and < 400, text));
        Assert.All([e.Meaning, e.Agent, e.Operator, e.Auditor], text => Assert.EndsWith(".", text, StringComparison.Ordinal));
        Assert.DoesNotContain('|', e.Agent + e.Operator + e.Auditor);
        Assert.NotEmpty(e.Causes);
        Assert.True(e.HttpStatus is 400 or 401 or 403 or 404 or 429 or 503);
    });

    [Fact]
    public void Every_code_has_its_page_and_the_page_says_what_the_table_says()
    {
        if (Environment.GetEnvironmentVariable("OBSTAT_WRITE_DOCS") == "1")
        {
            _ = Directory.CreateDirectory(Folder);
            foreach (var entry in ReasonTable.Entries)
            {
                File.WriteAllText(Path.Combine(Folder, entry.Code + ".md"), ReasonPage.Write(entry));
            }
        }

        Assert.All(ReasonTable.Entries, e => Assert.Equal(ReasonPage.Write(e), File.ReadAllText(Path.Combine(Folder, e.Code + ".md"))));
        Assert.Equal(ReasonTable.Entries.Select(e => e.Code + ".md").Order(), Directory.GetFiles(Folder).Select(f => Path.GetFileName(f)).Order());
    }

    [Fact]
    public void Every_test_that_a_page_names_exists()
    {
        var tests = Directory.EnumerateFiles(Path.Combine(Vectors.Root, "tests"), "*Tests.cs", SearchOption.AllDirectories).Select(f => Path.GetFileNameWithoutExtension(f)).ToHashSet(StringComparer.Ordinal);
        Assert.Empty(ReasonTable.Entries.SelectMany(e => e.TestedBy).Where(t => !tests.Contains(t)));
        Assert.Equal([DenyReason.BudgetExhausted], ReasonTable.Entries.Where(e => e.TestedBy.IsEmpty).Select(e => e.Reason));
    }
}
