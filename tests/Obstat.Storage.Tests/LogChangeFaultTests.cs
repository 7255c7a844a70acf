using System.Diagnostics;
using System.Globalization;
using Obstat.Core.Tests.Records;
using Obstat.Proof.Dsse;
using Obstat.Storage.Changing;
using Obstat.Storage.Reading;

namespace Obstat.Storage.Tests;

/// <summary>
/// A process that changes its log is killed at each system call by which the change reaches the disk: afterwards one log is in force, the old one or the new one, never two, never none, and no entry is lost. The exchange of the
/// folders and a sample of the others by default; all of them with <c>OBSTAT_FAULTS=all</c>. Needs <c>strace</c>; with <c>OBSTAT_REQUIRE_TOOLS=1</c> it must be there.
/// </summary>
public sealed class LogChangeFaultTests(ITestOutputHelper output) : IDisposable
{
    private const string Variable = "OBSTAT_TEST_CHANGES_LOG_IN";
    private const string Calls = "renameat2,link,rename,mkdir,unlink,fsync,fdatasync,ftruncate,pwrite64";

    private readonly Place _place = new(seed: new byte[32]);
    private readonly StatementSigner _report = StatementSigner.Generate();

    public void Dispose()
    {
        _place.Dispose();
        _report.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void One_log_is_in_force_wherever_a_change_is_killed(bool isEnded)
    {
        FaultChild.NeedStrace();
        using var next = _place.Successor();
        File.WriteAllText(Path.Combine(_place.Folder, "root"), _place.RootPem);
        long size;
        using (var ledger = _place.Open())
        {
            ledger.Append(Said.Activated("law"));
            ledger.Append(Said.Registered(_report, 1));
            ledger.Append(Said.Decided(false, 1, 1, blob: Place.Blob(1), patience: Place.Patience));
            size = ledger.State.Size;
            if (isEnded)
            {
                ledger.End(next);
            }
        }

        File.WriteAllText(Path.Combine(_place.Ledger, "vault.db"), "");
        var template = Path.Combine(_place.Folder, "template");
        LedgerFolder.Copy(_place.Ledger, template);
        var counted = Run(null).Select(Call).OfType<(string Thread, string Name)>().GroupBy(call => call.Name).ToDictionary(g => g.Key, g => g.CountBy(call => call.Thread).Max(t => t.Value), StringComparer.Ordinal);
        output.WriteLine(string.Join(", ", counted));
        Assert.Equal(1, counted["renameat2"]);
        var (runs, before) = (0, 0);
        foreach (var (call, count) in counted)
        {
            var stride = Environment.GetEnvironmentVariable("OBSTAT_FAULTS") == "all" ? 1 : call switch { "pwrite64" => 60, "fsync" => 12, "ftruncate" or "unlink" => 7, "mkdir" or "rename" => 2, _ => 1 };
            for (var n = 1 + new Random(Environment.TickCount).Next(stride); n <= count; n += stride)
            {
                Directory.Delete(_place.Ledger, recursive: true);
                if (Directory.Exists(_place.Ended))
                {
                    Directory.Delete(_place.Ended, recursive: true);
                }

                LedgerFolder.Copy(template, _place.Ledger);
                var name = string.Create(CultureInfo.InvariantCulture, $"{call} {n} of {count}");
                Assert.True(Run(string.Create(CultureInfo.InvariantCulture, $"{call}:signal=SIGKILL:when={n}")).Any(line => line.Contains("+++ killed by SIGKILL +++", StringComparison.Ordinal)), $"{name}: was never reached");
                before += Judge(next, size, name) ? 1 : 0;
                runs++;
            }
        }

        output.WriteLine($"{runs} kills, after {before} of them the old log goes on");
        Assert.True(isEnded ? before == 0 : before > 0);
    }

    /// <summary>Starts what is in force, as a plane does: finishes a change that was begun. Whether it is the old log that goes on.</summary>
    private bool Judge(Place next, long size, string name)
    {
        string origin;
        using (var reader = LedgerReader.Open(_place.Ledger))
        {
            origin = reader.Origin;
        }

        var (old, goesOn) = (_place.Ledger, false);
        if (origin == _place.Origin)
        {
            try
            {
                using var ledger = _place.Open();
                Assert.True(ledger.State.Size > size, name);
                goesOn = true;
            }
            catch (LedgerUnavailableException e)
            {
                Assert.Contains("goes on as", e.Message, StringComparison.Ordinal);
                _place.Finish(next);
            }
        }

        if (!goesOn)
        {
            LogChange.Clear(_place.Ended);
            old = Path.Combine(_place.Ended, _place.Origin);
            Assert.Contains("ended with entry", Assert.Throws<LedgerUnavailableException>(() => Ledger.Open(new() { Folder = old }, _place.Keys(), _place.Clock).Dispose()).Message, StringComparison.Ordinal);
            using var ledger = next.Open();
            ledger.Append(Said.Activated("law"));
            Assert.False(File.Exists(Path.Combine(old, "vault.db")), name);
        }

        Assert.True(File.Exists(Path.Combine(_place.Ledger, "vault.db")), name);
        using var read = LedgerReader.Open(old);
        Assert.True(read.Size() >= size && read.Entry(size - 1).Written.Digest != default, name);
        return goesOn;
    }

    private static (string Thread, string Name)? Call(string line)
        => Calls.Split(',').FirstOrDefault(call => line.Contains($" {call}(", StringComparison.Ordinal)) is { } name ? (line.Split(' ')[0], name) : null;

    private string[] Run(string? inject)
    {
        var trace = Path.Combine(_place.Folder, "trace");
        string[] arguments =
        [
            "-f", "-qq", "-o", trace, "-e", $"trace={Calls}", .. inject is null ? Array.Empty<string>() : ["-e", $"inject={inject}"],
            Environment.ProcessPath!, "-noColor", "-method", $"*{nameof(A_child_changes_its_log)}",
        ];
        using var process = Process.Start(new ProcessStartInfo(FaultChild.Strace, arguments) { Environment = { [Variable] = _place.Folder }, RedirectStandardOutput = true })!;
        _ = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return File.ReadAllLines(trace);
    }

    /// <summary>The child itself. Without its environment there is nothing to claim.</summary>
    [Fact]
    public void A_child_changes_its_log()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { } folder)
        {
            return;
        }

        using var place = Place.Of(folder, new byte[32], File.ReadAllText(Path.Combine(folder, "root")));
        using var next = place.Successor();
        try
        {
            using var ledger = place.Open();
            ledger.End(next);
        }
        catch (LedgerUnavailableException)
        {
            // It ended before.
        }

        place.Finish(next);
    }
}
