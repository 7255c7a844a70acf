using Obstat.Cli.Pinning;

namespace Obstat.Cli.Tests.Pinning;

public sealed class ClassGivenTests
{
    [Fact]
    public void Facets_are_pointers_or_constants()
    {
        Assert.True(ClassGiven.TryParse("transfer=pay:amount=/amount,currency=EUR,payee=/to", out var given, out _));
        Assert.Equal("""{"amount":"/amount","currency":{"value":"EUR"},"payee":"/to"}""", given.Facets.ToString());
        Assert.True(ClassGiven.TryParse("look=read", out var read, out _));
        Assert.Equal("{}", read.Facets.ToString());
    }

    [Theory]
    [InlineData("transfer", "gives no class")]
    [InlineData("=read", "gives no class")]
    [InlineData("transfer=reed", "is no class")]
    [InlineData("transfer=pay", "needs exactly its facets")]
    [InlineData("transfer=pay:amount=/a,currency=EUR", "needs exactly its facets")]
    [InlineData("transfer=pay:amount=/a,amount=/b,currency=EUR,payee=/c", "given twice")]
    [InlineData("look=read:path=/p", "has no facets")]
    [InlineData("look=write:path", "is no facet")]
    public void What_is_not_a_class_with_all_its_facets_is_refused(string text, string expected)
    {
        Assert.False(ClassGiven.TryParse(text, out _, out var reason));
        Assert.Contains(expected, reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("npx", "npx", "-y", "x")]
    [InlineData("/usr/bin/npx", "npx", "x")]
    [InlineData("uvx", "uvx", "x")]
    [InlineData("pnpm", "pnpm dlx", "dlx", "x")]
    [InlineData("npm", "npm exec", "exec", "x")]
    public void A_command_that_fetches_a_program_by_name_cannot_be_pinned(string command, string reason, params string[] arguments)
        => Assert.Equal(reason, Floating.Reason([command, .. arguments]));

    [Theory]
    [InlineData("node", "server.js")]
    [InlineData("npm", "start")]
    [InlineData("./npxlike", "x")]
    public void A_program_that_stands_somewhere_can(string command, params string[] arguments) => Assert.Null(Floating.Reason([command, .. arguments]));
}
