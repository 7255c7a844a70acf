using Obstat.Cli.Tests.Hosts;

namespace Obstat.Cli.Tests.Commands;

/// <summary><c>mcp remove</c> takes away what <c>mcp add</c> wrote, and nothing that a person wrote.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class RemoveTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_forbids_that_add_wrote_go_with_their_server_also_when_some_were_taken_out(bool shortened)
    {
        using var fixture = new HostFixture();
        var closed = fixture.In("policies/files.cedar");
        var text = File.ReadAllText(closed);
        Assert.Contains("forbid (principal, action == files::Action::", text, StringComparison.Ordinal);
        if (shortened)
        {
            File.WriteAllText(closed, text[..text.IndexOf("\n@id", StringComparison.Ordinal)]);
        }

        var run = fixture.Obstat("mcp", "remove", "files");
        Assert.True(run.Code == 0, run.Error);
        Assert.False(File.Exists(closed));
        Assert.True(File.Exists(fixture.In("policies/read-only.cedar")));
    }

    [Fact]
    public void A_file_with_a_word_of_a_person_in_it_stays_and_is_named()
    {
        using var fixture = new HostFixture();
        var closed = fixture.In("policies/files.cedar");
        File.AppendAllText(closed, "\n@id(\"mine\") forbid (principal, action, resource) when { false };\n");
        var before = File.ReadAllText(closed);
        var run = fixture.Obstat("mcp", "remove", "files");
        Assert.Equal(0, run.Code);
        Assert.Contains("was edited and stays", run.Error, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(closed));
    }
}
