using System.Globalization;
using Obstat.Core.Tests.Records;
using Obstat.Proof.Dsse;
using Obstat.Proof.Notes;

namespace Obstat.Storage.Tests;

/// <summary>
/// Each sync, write and truncation that a process makes in one start, one checkpoint and a few group commits fails with EIO, ENOSPC and others, or is its last because it is killed there: nothing that was acknowledged is lost,
/// no head stands over what is not durable, nothing is acknowledged by a ledger that is sick, and the next start needs no repair. The calls are counted first; a call that was never reached fails the test.
/// Every sync and truncation and a sample of writes by default; all of them with <c>OBSTAT_FAULTS=all</c>. Needs <c>strace</c>; with <c>OBSTAT_REQUIRE_TOOLS=1</c> it must be there.
/// </summary>
public sealed class FaultTests(ITestOutputHelper output) : IDisposable
{
    private const string Calls = "fsync,fdatasync,pwrite64,ftruncate";

    private readonly Place _place = new(seed: new byte[32]);
    private readonly StatementSigner _report = StatementSigner.Generate();

    public void Dispose()
    {
        _place.Dispose();
        _report.Dispose();
    }

    [Theory]
    [InlineData("error=EIO")]
    [InlineData("error=ENOSPC")]
    [InlineData("signal=SIGKILL")]
    public void A_fault_at_each_call_of_a_start_and_of_a_checkpoint_loses_nothing_and_forges_nothing(string fault)
        => EachCall(fault, FaultChild.StartAndClose, syncs: 8, writes: 20, truncations: 1);

    [Theory]
    [InlineData("error=EIO")]
    [InlineData("error=ENOSPC")]
    [InlineData("error=EDQUOT")]
    [InlineData("error=EROFS")]
    [InlineData("signal=SIGKILL")]
    public void A_fault_at_each_call_of_group_commits_loses_nothing_and_forges_nothing(string fault)
        => EachCall(fault, FaultChild.Commit, syncs: 3, writes: 15, truncations: 0);

    private void EachCall(string fault, Func<string, string, string?, FaultChild.Told> run, int syncs, int writes, int truncations)
    {
        FaultChild.NeedStrace();
        File.WriteAllText(Path.Combine(_place.Folder, "root"), _place.RootPem);
        using (var ledger = _place.Open())
        {
            ledger.Append(Said.Activated("law"));
            ledger.Append(Said.Registered(_report, 1));
        }

        var template = Path.Combine(_place.Folder, "template");
        LedgerFolder.Copy(_place.Ledger, template);
        var counted = run(_place.Folder, Calls, null).Trace.Select(Call).OfType<string>().CountBy(call => call).ToDictionary(StringComparer.Ordinal);
        var all = string.Join(", ", counted);
        Assert.True(counted.GetValueOrDefault("fsync") + counted.GetValueOrDefault("fdatasync") >= syncs && counted.GetValueOrDefault("pwrite64") >= writes && counted.GetValueOrDefault("ftruncate") >= truncations, all);

        output.WriteLine($"counted: {all}");
        var seed = Environment.TickCount;
        foreach (var (call, count) in counted)
        {
            // Writes are many: a part of them by default, another part each time.
            var stride = call == "pwrite64" && Environment.GetEnvironmentVariable("OBSTAT_FAULTS") != "all" ? 24 : 1;
            for (var n = 1 + new Random(seed).Next(stride); n <= count; n += stride)
            {
                Directory.Delete(_place.Ledger, recursive: true);
                LedgerFolder.Copy(template, _place.Ledger);
                var name = string.Create(CultureInfo.InvariantCulture, $"{call} {n} of {count} {fault} (seed {seed}; counted {all})");
                Judge(run(_place.Folder, Calls, string.Create(CultureInfo.InvariantCulture, $"{call}:{fault}:when={n}")), name);
            }
        }
    }

    private static string? Call(string line) => Calls.Split(',').FirstOrDefault(call => line.StartsWith(call + "(", StringComparison.Ordinal) || line.Contains($" {call}(", StringComparison.Ordinal));

    private void Judge(FaultChild.Told told, string name)
    {
        Assert.True(told.Trace.Any(line => line.Contains("(INJECTED)", StringComparison.Ordinal) || line.Contains("+++ killed by SIGKILL +++", StringComparison.Ordinal)), $"{name}: was never reached");
        Assert.False(told.AfterRefusal, $"{name}: acknowledged after a refusal");
        using var ledger = OpenAgain(name);
        using var reader = ledger.Read();
        Assert.True(Checkpoint.TryOpen(ledger.Head!, _place.HeadKey, out var head, out _), name);
        foreach (var parts in told.Acknowledged)
        {
            var (index, size) = (long.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[2], CultureInfo.InvariantCulture));
            Assert.True(index < head.Size && reader.Entry(index).Written.Digest.ToHex() == parts[1], $"{name}: entry {index} was acknowledged and is gone");
            var root = Proof.Merkle.TileGrowth.Resume(size, address => reader.Tile(address)).ToEdge().Root;
            Assert.True(root.ToHex() == parts[3], $"{name}: size {size} has two roots");
        }

        ledger.Abandon();
    }

    private Ledger OpenAgain(string name)
    {
        try
        {
            return _place.Open();
        }
        catch (LedgerUnavailableException e)
        {
            throw new Xunit.Sdk.XunitException($"{name}: the next start needs repair: {e.Message}");
        }
    }
}
