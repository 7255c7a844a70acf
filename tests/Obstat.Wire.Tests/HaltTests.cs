using System.Diagnostics;
using System.Text.Json;
using Obstat.Proof.Leases;
using Obstat.Proof.Messages.Admin;
using Obstat.Settings;

namespace Obstat.Wire.Tests;

/// <summary>
/// A halt while the ledger cannot be written, through the built programs: its disk is really full, or each of its syncs fails with EIO. Effects stop all the same, and after the recovery the ledger tells it.
/// The halt with a dead plane is <see cref="StreamTests"/>'. Needs root to mount a disk and strace to make syncs fail; with <c>OBSTAT_REQUIRE_TOOLS=1</c> both must be there.
/// </summary>
public sealed class HaltTests(ITestOutputHelper output) : StreamScene(output)
{
    private const string Strace = "/usr/bin/strace";
    private static readonly Dictionary<string, string> Plain = [];

    private readonly ITestOutputHelper _output = output;
    private string? _disk;

    public override async ValueTask DisposeAsync()
    {
        if (_disk is not null)
        {
            await Home.DownAsync();
            _ = await Ran.ProgramAsync(Path.GetTempPath(), Plain, "umount", "-l", _disk);
        }

        await base.DisposeAsync();
    }

    private static bool MustHaveTools => Environment.GetEnvironmentVariable("OBSTAT_REQUIRE_TOOLS") == "1";

    /// <summary>Halts the tool and says how; every stream must end by it, soon.</summary>
    private async Task<StopAnswer> HaltAsync(Watched[] streams)
    {
        var sent = Stopwatch.GetTimestamp();
        var halted = await StopAsync(AdminRoutes.Halt, new Scope(ScopeKind.Tool, "streams/watch"));
        await EndedAsync(streams);
        var ms = streams.Select(s => Math.Max(0, Stopwatch.GetElapsedTime(sent, s.Last).TotalMilliseconds)).ToList();
        Tell("command to last byte", ms);
        Assert.Equal(streams.Length, halted.Ordered);
        Assert.All(streams, s => Assert.Contains("Halted", s.Tail, StringComparison.Ordinal));
        Assert.True(ms[^1] < Long * 100, $"{ms[^1]} ms");
        _output.WriteLine(halted.Entry is { } entry ? $"recorded at once, entry {entry}" : "not recorded yet");
        return halted;
    }

    /// <summary>The ledger holds the halt; where it could not be written at first, with the gap in which only the spool knew.</summary>
    private async Task ToldAsync(StopAnswer halted)
    {
        var waited = Stopwatch.StartNew();
        while (!await IsToldAsync(halted))
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(40), $"the ledger tells the halt {halted.Id}:\n{Home.Said}");
            await Task.Delay(100);
        }

        Assert.Contains("halted   tool", (await Home.RunAsync("halts")).Output, StringComparison.Ordinal);
    }

    private async Task<bool> IsToldAsync(StopAnswer halted)
    {
        try
        {
            // A sync that fails acknowledges nothing, and yet what it was to sync may stand: then the halt is in its place, and there is no gap to tell.
            var first = EpochOf((await PredicatesAsync("key-set"))[0]);
            return await PredicatesAsync("halt") is [var halt]
                && (halted.Entry is not null || EpochOf(halt) == first || (await PredicatesAsync("gap")).Any(g => g.GetProperty("halts").EnumerateArray().Any(h => h.GetString() == halted.Id)));
        }
        catch (Xunit.Sdk.XunitException)
        {
            // A plane that ended with its ledger is being started again: nothing is exported meanwhile.
            return false;
        }
    }

    private static long EpochOf(JsonElement predicate) => predicate.GetProperty("plane").GetProperty("epoch").GetInt64();

    [Fact]
    public async Task A_halt_acts_while_the_disk_of_the_ledger_is_full_and_the_ledger_tells_it()
    {
        await MakeAsync(Long);
        var ledger = Settings.Paths.Ledger;
        Assert.True(PrivateFolder.Prepare(ledger, out var unfit), unfit);

        // Nothing is permitted below the reserve of 256 MiB, whose file takes as much again.
        var mounted = await Ran.ProgramAsync(Path.GetTempPath(), Plain, "mount", "-t", "tmpfs", "-o", "size=640m,mode=0700", "tmpfs", ledger);
        Assert.SkipUnless(mounted.Exit == 0 || MustHaveTools, $"no disk can be mounted here: {mounted.Errors.Trim()}");
        _ = mounted.MustExit(0);
        _disk = ledger;
        await UpAsync();
        var streams = await WatchAsync(5);
        var filler = Path.Combine(ledger, "filler");
        Assert.True(Fill(filler) > 256 << 20, "the disk was full when no byte more went in");
        var halted = await HaltAsync(streams);
        File.Delete(filler);
        await ToldAsync(halted);
    }

    [Fact]
    public async Task A_halt_acts_while_each_sync_of_the_ledger_fails_and_the_ledger_tells_it_as_a_gap()
    {
        Assert.SkipUnless(File.Exists(Strace) || MustHaveTools, "strace not found");
        await StartAsync(Long);
        var streams = await WatchAsync(5);
        var plane = Home.PartId("Obstat.Server")!.Value;
        using var strace = Process.Start(Ran.StartOf(Home.Folder, Plain, Strace, ["-f", "-q", "-p", $"{plane}", "-e", "trace=fsync", "-e", "inject=fsync:error=EIO"]))!;
        var faults = 0;
        strace.ErrorDataReceived += (_, line) => faults += line.Data?.Contains("(INJECTED)", StringComparison.Ordinal) == true ? 1 : 0;
        strace.BeginErrorReadLine();
        strace.BeginOutputReadLine();
        await UntilAsync(() => strace.HasExited || Directory.GetDirectories($"/proc/{plane}/task").All(t => File.ReadAllText(Path.Combine(t, "status")).Contains($"TracerPid:\t{strace.Id}\n", StringComparison.Ordinal)), "every thread is traced");
        Assert.False(strace.HasExited, "strace could not attach");

        var halted = await HaltAsync(streams);
        Assert.Null(halted.Entry);

        // The writer is poisoned: that process writes nothing any more, and the next one finds the halt in the spool.
        _ = await Home.ReadyAgainAsync("plane");
        await strace.WaitForExitAsync();
        Assert.True(faults > 0, "a sync failed");
        await ToldAsync(halted);
    }

    private static long Fill(string path)
    {
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0);
        for (var block = new byte[1 << 20]; block.Length > 0;)
        {
            try
            {
                file.Write(block);
            }
            catch (IOException)
            {
                block = new byte[block.Length / 16];
            }
        }

        return file.Length;
    }
}
