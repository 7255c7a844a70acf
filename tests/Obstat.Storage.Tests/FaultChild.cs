using System.Diagnostics;
using System.Globalization;
using Obstat.Core.Tests.Records;
using Obstat.Proof.Notes;
using Obstat.Proof.Reasons;

namespace Obstat.Storage.Tests;

/// <summary>
/// A process that works with a ledger, always by the same system calls in the same order: this same program, told so by its environment. Under <c>strace</c> one of those calls fails, or is the last.
/// strace counts calls by thread, so each of the two scenarios does its work on one: starting and closing (which publishes a checkpoint, keeps the fold and moves the write-ahead log into the file) on the first,
/// committing groups on the writer's.
/// </summary>
public sealed class FaultChild
{
    public const string Strace = "/usr/bin/strace";

    private const string Variable = "OBSTAT_TEST_FAULTS_IN";
    private const string Groups = "OBSTAT_TEST_FAULTS_GROUPS";
    private const string Mark = "told ";
    private const int GroupCount = 3;

    /// <summary>Skips the test where there is no strace, unless the tools are required.</summary>
    internal static void NeedStrace()
    {
        if (!File.Exists(Strace))
        {
            Assert.SkipUnless(Environment.GetEnvironmentVariable("OBSTAT_REQUIRE_TOOLS") == "1", "strace not found");
        }
    }

    /// <summary>What a run said: entries that were acknowledged (index, digest, size and root of the head), whether anything was acknowledged after a refusal, and what strace saw of the thread.</summary>
    internal sealed record Told(IReadOnlyList<string[]> Acknowledged, bool AfterRefusal, string[] Trace);

    /// <summary>Starts and closes a ledger under strace.</summary>
    internal static Told StartAndClose(string folder, string calls, string? inject)
    {
        using var process = Process.Start(Child(folder, Strace, ["-f", "-qq", .. Arguments(folder, calls, inject), Environment.ProcessPath!]))!;
        var told = Hear(process);
        // The thread that starts and closes is the one that did most.
        return told with { Trace = [.. Lines(folder).GroupBy(line => line.Split(' ')[0]).MaxBy(g => g.Count()) ?? Enumerable.Empty<string>()] };
    }

    /// <summary>Starts a ledger, attaches strace to its writer, and commits groups.</summary>
    internal static Told Commit(string folder, string calls, string? inject)
    {
        var start = Child(folder, Environment.ProcessPath!, []);
        start.Environment[Groups] = "1";
        start.RedirectStandardInput = true;
        using var process = Process.Start(start)!;
        while (process.StandardOutput.ReadLine() is { } line && line != Mark + "ready")
        {
            // What the runner says before.
        }

        var writer = Directory.GetDirectories($"/proc/{process.Id}/task").First(task => File.ReadAllText(Path.Combine(task, "comm")) == "ledger writer\n");
        using var strace = Process.Start(new ProcessStartInfo(Strace, [.. Arguments(folder, calls, inject), "-p", Path.GetFileName(writer)]) { RedirectStandardError = true })!;
        Assert.Contains("attached", strace.StandardError.ReadLine() ?? "", StringComparison.Ordinal);
        process.StandardInput.WriteLine();
        var told = Hear(process);
        strace.WaitForExit();
        return told with { Trace = Lines(folder) };
    }

    private static string[] Arguments(string folder, string calls, string? inject)
    {
        var ledger = Path.Combine(folder, "ledger");
        string[] paths = [ledger, .. Names.Select(name => Path.Combine(ledger, name))];
        return
        [
            "-o", Path.Combine(folder, "trace"), .. paths.SelectMany(path => (string[])["-P", path]), "-e", $"trace={calls}",
            .. inject is null ? Array.Empty<string>() : ["-e", $"inject={inject}"],
        ];
    }

    private static ProcessStartInfo Child(string folder, string program, string[] arguments)
        => new(program, [.. arguments, "-noColor", "-method", $"*{nameof(A_child_works_with_a_ledger)}"]) { Environment = { [Variable] = folder }, RedirectStandardOutput = true };

    private static Told Hear(Process process)
    {
        var (acknowledged, refused, after) = (new List<string[]>(), false, false);
        while (process.StandardOutput.ReadLine() is { } line)
        {
            // Death may cut a line off; what is not whole was not told.
            if (line.StartsWith(Mark + "refused", StringComparison.Ordinal))
            {
                refused = true;
            }
            else if (line.StartsWith(Mark, StringComparison.Ordinal) && line[Mark.Length..].Split(' ') is [_, { Length: 64 }, _, { Length: 64 }] parts)
            {
                acknowledged.Add(parts);
                after |= refused;
            }
        }

        process.WaitForExit();
        return new(acknowledged, after, []);
    }

    private static string[] Lines(string folder) => File.ReadAllLines(Path.Combine(folder, "trace"));

    private static string[] Names { get; } = ["guard", "ledger.db", "ledger.db-wal", "ledger.db-shm", "state.db", "state.db-wal", "state.db-shm"];

    /// <summary>The child itself. Without its environment there is nothing to claim.</summary>
    [Fact]
    public void A_child_works_with_a_ledger()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { } folder)
        {
            return;
        }

        using var place = Place.Of(folder, new byte[32], File.ReadAllText(Path.Combine(folder, "root")));
        using var output = Console.OpenStandardOutput();
        try
        {
            using var ledger = place.Open();
            if (Environment.GetEnvironmentVariable(Groups) is null)
            {
                return;
            }

            Tell("ready");
            _ = Console.ReadLine();
            for (var n = 0; n < GroupCount; n++)
            {
                var seq = ledger.State.Size + n;
#pragma warning disable xUnit1031 // One thread opens, waits and closes: strace counts calls by thread.
                var result = ledger.AppendAsync(Said.Decided(n % 2 == 0, 1, seq, jti: (int)seq, blob: Place.Blob(n), patience: Place.Patience), default).GetAwaiter().GetResult();
#pragma warning restore xUnit1031
                Tell(result.Match(
                    entry => Checkpoint.TryOpen(entry.Head, place.HeadKey, out var head, out _) ? string.Create(CultureInfo.InvariantCulture, $"{entry.Index} {entry.Written.Digest} {head.Size} {head.Root}") : "no head",
                    reason => $"refused {reason}"));
            }

            ledger.Abandon();
        }
        catch (LedgerUnavailableException e)
        {
            Tell($"refused {DenyReason.LedgerUnavailable} {e.Message}");
        }

        void Tell(string what)
        {
            output.Write(System.Text.Encoding.ASCII.GetBytes($"\n{Mark}{what}\n"));
            output.Flush();
        }
    }
}
