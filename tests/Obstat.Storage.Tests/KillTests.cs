using System.Globalization;
using Obstat.Proof.Notes;

namespace Obstat.Storage.Tests;

/// <summary>A real process that appends is killed with SIGKILL at seeded random moments. What it acknowledged is there afterwards, and no size has two roots.</summary>
public sealed class KillTests
{
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
            foreach (var line in Child.RunAndKill(place.Folder, random.Next(1, 120)))
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
}
