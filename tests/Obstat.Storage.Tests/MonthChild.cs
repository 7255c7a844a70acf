using System.Diagnostics;
using System.Globalization;
using Obstat.Core.Tests.Records;
using Obstat.Proof.Dsse;

namespace Obstat.Storage.Tests;

/// <summary>A process of its own that appends while the months of its clock go by, and moves blobs all the time, until it is killed: this same program, told so by its environment.</summary>
public sealed class MonthChild
{
    private const string Variable = "OBSTAT_TEST_MONTHS_IN";
    private const string Run = "OBSTAT_TEST_MONTHS_RUN";
    private const string Mark = "step ";

    /// <summary>Starts one and kills it after so many words; gives how many there were.</summary>
    internal static int RunAndKill(string folder, int run, int words)
    {
        using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["-noColor", "-method", $"*{nameof(A_child_lives_through_months_until_it_is_killed)}"])
        {
            Environment = { [Variable] = folder, [Run] = run.ToString(CultureInfo.InvariantCulture) },
            RedirectStandardOutput = true,
        })!;
        var told = 0;
        while (told < words && process.StandardOutput.ReadLine() is { } line)
        {
            told += line.StartsWith(Mark, StringComparison.Ordinal) ? 1 : 0;
        }

        process.Kill();
        process.WaitForExit();
        Assert.NotEqual(0, process.ExitCode);
        return told;
    }

    /// <summary>The child itself. Without its environment there is nothing to claim.</summary>
    [Fact]
    public void A_child_lives_through_months_until_it_is_killed()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { } folder)
        {
            return;
        }

        using var place = Place.Of(folder, new byte[32], File.ReadAllText(Path.Combine(folder, "root")));
        place.PublishEvery = TimeSpan.FromMilliseconds(100);
        var run = int.Parse(Environment.GetEnvironmentVariable(Run)!, CultureInfo.InvariantCulture);
        place.Clock.Move(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(run).AddDays(2) - place.Clock.GetUtcNow());
        using var report = StatementSigner.Generate();
        using var output = Console.OpenStandardOutput();
        using var ledger = place.Open();
        var boot = (int)ledger.State.Size;
        ledger.Append(Said.Activated($"law {boot}"));
        ledger.Append(Said.Registered(report, boot));
        for (var n = 1; ; n++)
        {
            ledger.Append(Said.Decided(false, boot, n, law: $"law {boot}", blob: Place.Blob(n), patience: Place.Patience));
            _ = ledger.MoveMonths(entries: 3);
            output.Write(System.Text.Encoding.ASCII.GetBytes($"\n{Mark}{n}\n"));
            output.Flush();
        }
    }
}
