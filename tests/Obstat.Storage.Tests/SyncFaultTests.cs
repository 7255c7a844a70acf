using System.Globalization;

namespace Obstat.Storage.Tests;

/// <summary>
/// The kernel says that a sync failed, in a real process on real files: from that moment nothing is acknowledged, and what was acknowledged before is there afterwards.
/// Needs <c>strace</c>, which can make the n-th sync of a process fail.
/// </summary>
public sealed class SyncFaultTests
{
    [Theory]
    [InlineData("EIO", 14)]
    [InlineData("ENOSPC", 17)]
    [InlineData("EDQUOT", 21)]
    [InlineData("EROFS", 30)]
    public void A_failed_sync_ends_all_acknowledgements_and_loses_none(string error, int when)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/strace"), "strace not found");
        using var place = new Place(seed: new byte[32]);
        File.WriteAllText(Path.Combine(place.Folder, "root"), place.RootPem);
        var (acknowledged, refusal) = Child.RunUnder(
            place.Folder,
            "/usr/bin/strace",
            ["-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", string.Create(CultureInfo.InvariantCulture, $"inject=fsync,fdatasync:error={error}:when={when}+")]);
        Assert.True(refusal == "LedgerUnavailable", $"{refusal} after {acknowledged.Count}");
        using var ledger = place.Open();
        using var reader = ledger.Read();
        foreach (var line in acknowledged)
        {
            var parts = line.Split(' ');
            Assert.Equal(parts[1], reader.Entry(long.Parse(parts[0], CultureInfo.InvariantCulture)).Written.Digest.ToHex());
        }
    }
}
