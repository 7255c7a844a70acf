using System.Diagnostics;

namespace Obstat.Wire.Tests;

/// <summary>What <c>up</c> started ends with it, however it ends.</summary>
public sealed class SupervisorTests
{
    [Fact]
    public async Task Plane_and_gateway_end_when_their_supervisor_is_killed_and_a_taken_port_is_told()
    {
        await using var installation = await Installation.InitAsync("read-only");
        await installation.UpAsync();
        await using (var other = await Installation.InitAsync("read-only"))
        {
            var settings = Path.Combine(other.Folder, "obstat.json");
            await File.WriteAllTextAsync(settings, (await File.ReadAllTextAsync(settings)).Replace($"127.0.0.1:{other.Port}", $"127.0.0.1:{installation.Port}", StringComparison.Ordinal));
            var run = await other.RunAsync("up");
            Assert.Contains($"127.0.0.1:{installation.Port} is in use by another program", run.MustExit(2).Errors, StringComparison.Ordinal);
            Assert.Contains("choose another port", run.Errors, StringComparison.Ordinal);
            Assert.Null(other.PartId("Obstat.Server"));
        }

        Assert.NotNull(installation.PartId("Obstat.Server"));
        Assert.NotNull(installation.PartId("Obstat.Gateway"));
        await installation.KillUpAsync();
        var waited = Stopwatch.StartNew();
        while (installation.PartId("Obstat.Server") is not null || installation.PartId("Obstat.Gateway") is not null)
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(30), "a part outlived its supervisor");
            await Task.Delay(50);
        }
    }
}
