using System.Diagnostics;
using Obstat.Core.Tests.Records;
using Obstat.Proof.Dsse;
using Obstat.Proof.Notes;
using Obstat.Proof.Reasons;

namespace Obstat.Storage.Tests;

/// <summary>A process of its own that appends and tells what was acknowledged: this same program, told so by its environment.</summary>
public sealed class Child
{
    private const string Variable = "OBSTAT_TEST_APPENDS_TO";
    private const string Mark = "acknowledged ";
    private const string Refused = "refused ";

    /// <summary>Starts one and kills it after so many acknowledgements; gives all of them.</summary>
    internal static List<string> RunAndKill(string folder, int lines)
    {
        using var process = Start(folder);
        var told = new List<string>();
        while (told.Count < lines && process.StandardOutput.ReadLine() is { } line)
        {
            told.AddRange(Acknowledged(line));
        }

        process.Kill();
        while (process.StandardOutput.ReadLine() is { } line)
        {
            told.AddRange(Acknowledged(line)); // acknowledged before it died, read after
        }

        process.WaitForExit();
        Assert.NotEqual(0, process.ExitCode);
        return told;
    }

    // A line of the runner, or one that death cut off, says nothing.
    private static string[] Acknowledged(string line)
        => line.StartsWith(Mark, StringComparison.Ordinal) && line[Mark.Length..].Split(' ') is [_, { Length: 64 }, _, { Length: 64 }] ? [line[Mark.Length..]] : [];

    private static Process Start(string folder)
        => Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["-noColor", "-method", $"*{nameof(A_child_appends_until_it_is_killed_or_refused)}"]) { Environment = { [Variable] = folder }, RedirectStandardOutput = true })!;

    /// <summary>The child itself. Without its environment there is nothing to claim.</summary>
    [Fact]
    public async Task A_child_appends_until_it_is_killed_or_refused()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { } folder)
        {
            return;
        }

        using var place = Place.Of(folder, new byte[32], await File.ReadAllTextAsync(Path.Combine(folder, "root")));
        using var ledger = place.Open();
        using var report = StatementSigner.Generate();
        var boot = (int)ledger.State.Size;
        var law = $"law {boot}";
        var patience = TimeSpan.FromSeconds(60);
        _ = await ledger.AppendAsync(Said.Activated(law), default);
        _ = await ledger.AppendAsync(Said.Registered(report, boot), default);
        var seq = 0;
        await using var output = Console.OpenStandardOutput();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(caller => Task.Run(async () =>
        {
            for (var refused = false; !refused;)
            {
                var n = Interlocked.Increment(ref seq);
                var result = await ledger.AppendAsync(Said.Decided(n % 3 == 0, boot, n, jti: (boot * 1_000_000) + n, law: law, blob: Place.Blob(n), patience: patience), default);
                refused = result.Reason() != DenyReason.Undecided;
                var line = result.Match(
                    entry => Checkpoint.TryOpen(entry.Head, place.HeadKey, out var head, out _) ? $"\n{Mark}{entry.Index} {entry.Written.Digest} {head.Size} {head.Root}\n" : "",
                    reason => $"\n{Refused}{reason}\n");
                lock (output)
                {
                    output.Write(System.Text.Encoding.ASCII.GetBytes(line));
                }
            }
        })));
    }
}
