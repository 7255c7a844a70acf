using Obstat.Cli.Output;

namespace Obstat.Cli.Tests.Output;

public sealed class OutputTests
{
    [Fact]
    public void A_table_on_a_narrow_terminal_drops_columns_from_the_right_and_says_so()
    {
        var table = new Table("A", "BB", "CCC");
        table.Add("1", "22", new string('3', 30));
        Assert.Equal("A  BB  CCC\n1  22  333333333333333333333333333333\n", table.ToText(null));
        Assert.Equal("A  BB\n1  22\nnot shown here: CCC (--output json has all)\n", table.ToText(20));
    }

    [Fact]
    public void Texts_of_others_cannot_steer_the_terminal_and_are_cut()
    {
        Assert.Equal("a\\u{1b}[2J\\u{202e}b\\u{a}c", Shown.Of("a\u001b[2J\u202eb\nc"));
        Assert.Equal(new string('x', 200) + "..", Shown.Of(new string('x', 201)));
    }

    [Theory]
    [InlineData(5, "5 ms")]
    [InlineData(5_000, "5 s")]
    [InlineData(600_000, "10 min")]
    [InlineData(7_200_000, "2 h")]
    [InlineData(864_000_000, "10 d")]
    public void A_span_is_told_in_one_unit(int milliseconds, string expected) => Assert.Equal(expected, Shown.Of(TimeSpan.FromMilliseconds(milliseconds)));
}
