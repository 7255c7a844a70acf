using System.IO.Compression;
using System.Text;
using Obstat.Console.Api;
using Obstat.Console.Serving;

namespace Obstat.Console.Tests;

/// <summary>What a first view costs.</summary>
public sealed class BudgetTests
{
    [Fact]
    public void Style_and_script_stay_small()
    {
        Assert.InRange(Packed(Assets.Style.Bytes), 1, 14 * 1024);
        Assert.InRange(Packed(Assets.Script.Bytes), 1, 20 * 1024);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/decisions")]
    [InlineData("/e/203")]
    [InlineData("/health")]
    public async Task A_page_of_fifty_rows_stays_below_forty_kilobytes(string path)
    {
        await using var plane = await PlaneDouble.StartAsync();
        using var person = new Person(plane);
        await person.LoginAsync(Role.Owner);
        Assert.InRange(Packed(Encoding.UTF8.GetBytes(await person.TextAsync(path))), 1, 40 * 1024);
    }

    [Fact]
    public async Task The_viewer_is_served_with_its_own_policy_and_the_bundle_as_inert_data()
    {
        await using var plane = await PlaneDouble.StartAsync();
        using var person = new Person(plane);
        await person.LoginAsync(Role.Auditor);
        using var answer = await person.GetAsync("/e/203/verify");
        Assert.Contains(Assets.ViewerPolicy, Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        var html = await answer.Content.ReadAsStringAsync();
        Assert.Contains($"data-name=\"entry-203.zip\">{Convert.ToBase64String("PK-not-a-bundle"u8)}</script>", html, StringComparison.Ordinal);
    }

    private static int Packed(byte[] bytes)
    {
        using var memory = new MemoryStream();
        using (var zip = new GZipStream(memory, CompressionLevel.Optimal))
        {
            zip.Write(bytes);
        }

        return memory.ToArray().Length;
    }
}
