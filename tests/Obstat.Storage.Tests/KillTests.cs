using System.Diagnostics;
using System.Globalization;
using Obstat.Core.Tests.Records;
using Obstat.Proof.Dsse;
using Obstat.Proof.Notes;

namespace Obstat.Storage.Tests;

/// <summary>A real process that appends is killed with SIGKILL at seeded random moments. What it acknowledged is there afterwards, and no size has two roots.</summary>
public sealed class KillTests
{
    private const string Variable = "OBSTAT_TEST_APPENDS_TO";
    private const string Mark = "acknowledged ";
    private const int Runs = 10;

    [Fact]
    public void No_acknowledged_entry_is_lost_and_no_size_has_two_roots_over_kills()
    {
        using var place = new Place();
        File.WriteAllText(Path.Combine(place.Folder, "root"), place.RootPem);
        using var same = new Place(place.Folder, new byte[32], place.Root);
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var heads = new Dictionary<string, string>(StringComparer.Ordinal);
        var acknowledged = new Dictionary<long, string>();
        for (var run = 0; run < Runs; run++)
        {
            foreach (var line in Run(place.Folder, random.Next(1, 120)))
            {
                var parts = line.Split(' ');
                var (index, digest, size, root) = (long.Parse(parts[0], CultureInfo.InvariantCulture), parts[1], parts[2], parts[3]);
                acknowledged[index] = digest;
                Assert.True(heads.TryAdd(size, root) || heads[size] == root, $"seed {seed}: size {size} has two roots");
            }

            using var ledger = same.Open();
            using var reader = ledger.Read();
            Assert.True(Checkpoint.TryOpen(ledger.Head!, same.HeadKey, out var head, out _));
            foreach (var (index, digest) in acknowledged)
            {
                Assert.True(index < head.Size, $"seed {seed}: entry {index} was acknowledged and is gone");
                Assert.Equal(digest, reader.Entry(index).Written.Digest.ToHex());
            }

            ledger.Abandon();
        }

        Assert.True(acknowledged.Count > Runs, $"seed {seed}: only {acknowledged.Count} entries were acknowledged");
    }

    /// <summary>Starts a process that appends, kills it after so many acknowledgements and a little, and gives what it acknowledged.</summary>
    private static List<string> Run(string folder, int lines)
    {
        var child = new ProcessStartInfo(Environment.ProcessPath!) { Environment = { [Variable] = folder }, RedirectStandardOutput = true, ArgumentList = { "-noColor", "-method", $"*{nameof(The_child_appends_until_it_is_killed)}" } };
        using var process = Process.Start(child)!;
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

    /// <summary>The child: this same program, told by its environment to append until it dies. Without that there is nothing to claim.</summary>
    [Fact]
    public async Task The_child_appends_until_it_is_killed()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { } folder)
        {
            return;
        }

        using var place = Place.Of(folder, new byte[32], File.ReadAllText(Path.Combine(folder, "root")));
        using var ledger = place.Open();
        using var report = StatementSigner.Generate();
        var boot = (int)ledger.State.Size;
        var law = $"law {boot}";
        _ = (await ledger.AppendAsync(Said.Activated(law), default)).Entry();
        _ = (await ledger.AppendAsync(Said.Registered(report, boot), default)).Entry();
        var seq = 0;
        await using var output = Console.OpenStandardOutput();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(caller => Task.Run(async () =>
        {
            while (true)
            {
                var n = Interlocked.Increment(ref seq);
                var result = await ledger.AppendAsync(Said.Decided(n % 3 == 0, boot, n, jti: (boot * 1_000_000) + n, law: law, blob: Place.Blob(n), patience: TimeSpan.FromSeconds(60)), default);
                var entry = result.Entry();
                Assert.True(Checkpoint.TryOpen(entry.Head, place.HeadKey, out var head, out _));
                var line = $"\n{Mark}{entry.Index} {entry.Written.Digest} {head.Size} {head.Root}\n";
                lock (output)
                {
                    output.Write(System.Text.Encoding.ASCII.GetBytes(line));
                }
            }
        })));
    }
}
