using Obstat.Core.Tests.Records;
using Obstat.Proof.Dsse;
using Obstat.Storage.Databases;
using Obstat.Storage.Opening;

namespace Obstat.Storage.Tests;

/// <summary>Everything that follows from the entries can be lost: it is made again, the same, or refused where the entries are not those that were signed.</summary>
public sealed class DerivedIndexTests : IDisposable
{
    private readonly Place _place = new();
    private readonly StatementSigner _report = StatementSigner.Generate();

    public DerivedIndexTests()
    {
        using var ledger = _place.Open();
        ledger.Append(Said.Activated("law"));
        ledger.Append(Said.Registered(_report, 1));
        var asks = Enumerable.Range(1, 600).Select(n => ledger.AppendAsync(Said.Decided(n % 2 == 0, 1, n, jti: n, blob: Place.Blob(n), patience: Place.Patience), default));
        Assert.All(Task.WhenAll(asks).GetAwaiter().GetResult(), r => r.Entry());
    }

    public void Dispose()
    {
        _place.Dispose();
        _report.Dispose();
    }

    private (long Entries, int Tiles) Rebuild() => DerivedIndexes.Rebuild(_place.Ledger, _ => { }, default);

    private void Run(string sql)
    {
        using var file = Database.OpenWriter(_place.File, erases: false);
        Database.Run(file, sql);
    }

    [Theory]
    [InlineData("DELETE FROM tile", 2)]
    [InlineData("UPDATE tile SET hashes = zeroblob(8192) WHERE n = 1", 1)]
    [InlineData("INSERT INTO tile SELECT origin, 0, 9, hashes FROM tile WHERE n = 0", 1)]
    [InlineData("INSERT INTO tile SELECT origin, 3, 0, hashes FROM tile WHERE n = 0", 1)]
    [InlineData("INSERT INTO tile SELECT 'another', level, n, hashes FROM tile", 2)]
    public void Tiles_that_are_lost_other_or_too_many_are_made_as_the_entries_say(string damage, int tiles)
    {
        Run(damage);
        Assert.Contains("tile", _place.Refusal(), StringComparison.Ordinal);
        Assert.Equal(tiles, Rebuild().Tiles);
        Assert.Equal(0, Rebuild().Tiles);
        using var ledger = _place.Open();
        Assert.Null(ledger.FoldRefused);
    }

    [Theory]
    [InlineData("DELETE FROM entry WHERE idx = 9", "entry 9")]
    [InlineData("UPDATE entry SET statement = (SELECT statement FROM entry WHERE idx = 10) WHERE idx = 9", "entry 9")]
    [InlineData("UPDATE entry SET (leaf, statement) = (SELECT leaf, statement FROM entry WHERE idx = 10) WHERE idx = 9", "published")]
    [InlineData("UPDATE head SET root = zeroblob(32)", "head")]
    [InlineData("UPDATE head SET size = size - 1", "published")]
    public void Entries_that_do_not_lead_to_the_signed_heads_give_no_index(string damage, string named)
    {
        Run("DELETE FROM tile");
        Run(damage);
        Assert.Contains(named, Assert.Throws<LedgerUnavailableException>(() => Rebuild()).Message, StringComparison.Ordinal);
        using var file = Database.OpenWriter(_place.File, erases: false);
        Assert.Equal(0L, Database.Scalar(file, "SELECT count(*) FROM tile"));
    }

    [Fact]
    public void Indexes_are_not_made_beside_a_plane()
    {
        using var ledger = _place.Open();
        Assert.Contains("LOCK is locked", Assert.Throws<LedgerUnavailableException>(() => Rebuild()).Message, StringComparison.Ordinal);
    }
}
