using Obstat.Core.Records;
using Obstat.Core.Tests.Records;
using Obstat.Proof;
using Obstat.Proof.Dsse;
using Obstat.Proof.Statements;
using Obstat.Storage.Databases;
using Obstat.Storage.Opening;
using Obstat.Storage.Publishing;
using Obstat.Storage.Reading;
using Obstat.Storage.Serving;

namespace Obstat.Storage.Tests;

/// <summary>Sealed blobs of months that are over lie in files of their own, and nobody who reads can tell: start, scrubber, export and rebuild find each of them, also after a kill in the middle of a move.</summary>
public sealed class BlobMonthTests : IDisposable
{
    private const int Decisions = 12;
    private const int Kills = 5;

    private readonly Place _place = new();
    private readonly StatementSigner _report = StatementSigner.Generate();

    public void Dispose()
    {
        _place.Dispose();
        _report.Dispose();
    }

    private string[] Files => [.. BlobFiles.In(_place.Ledger).Select(f => Path.GetFileName(f)!)];

    private static long Count(string file)
    {
        using var connection = Database.OpenReader(file);
        return (long)Database.Scalar(connection, "SELECT count(*) FROM blob")!;
    }

    private long InLedger => Count(_place.File);

    /// <summary>A log of three months, the clock in the fourth; gives the blobs that it names.</summary>
    private Digest[] Grow()
    {
        var ciphers = new List<Digest>();
        for (var month = 0; month < 3; month++)
        {
            using var ledger = _place.Open();
            var boot = month + 1;
            ledger.Append(Said.Activated($"law {boot}"));
            ledger.Append(Said.Registered(_report, boot));
            for (var n = 1; n <= Decisions; n++)
            {
                var blob = Place.Blob(n);
                ciphers.Add(blob.Cipher);
                ledger.Append(Said.Decided(false, boot, n, law: $"law {boot}", blob: blob, patience: Place.Patience));
            }

            NextMonth();
        }

        _place.Open().Dispose(); // an entry of the fourth month, and a head over all
        return [.. ciphers];
    }

    private void NextMonth()
    {
        var now = _place.Clock.GetUtcNow();
        _place.Clock.Move(new DateTimeOffset(now.Year, now.Month, 1, 0, 0, 1, TimeSpan.Zero).AddMonths(1) - now);
    }

    private void MoveAll(Ledger ledger)
    {
        while (ledger.MoveMonths())
        {
            // one step after the other
        }
    }

    private void AssertAllRead(Digest[] ciphers)
    {
        using var ledger = _place.Open();
        using var reader = ledger.Read();
        Assert.All(ciphers, cipher => Assert.NotNull(reader.Blob(cipher)));
    }

    [Fact]
    public void Blobs_of_months_that_are_over_move_into_a_file_each_and_all_are_read()
    {
        var ciphers = Grow();
        using (var ledger = _place.Open())
        {
            MoveAll(ledger);
        }

        Assert.Equal(3, Files.Length);
        Assert.All(BlobFiles.In(_place.Ledger), file => Assert.Equal(Decisions, Count(file)));
        Assert.Equal(0, InLedger);
        AssertAllRead(ciphers);
        Assert.True(DerivedIndexes.Rebuild(_place.Ledger, _ => { }, CancellationToken.None).Entries > ciphers.Length);
        AssertAllRead(ciphers);
        using var log = PublishedLog.Open(_place.Ledger);
        Assert.Equal(log.Newest()?.Head, LogFolder.Write(log, Path.Combine(_place.Folder, "public"), withStatements: true, _ => { }, CancellationToken.None));
    }

    [Fact]
    public void The_month_that_is_not_over_stays_where_it_is()
    {
        var ciphers = Grow();
        using (var ledger = _place.Open())
        {
            ledger.Append(Said.Registered(_report, 9));
            var blob = Place.Blob(1);
            ledger.Append(Said.Decided(false, 9, 1, law: "law 3", blob: blob, patience: Place.Patience));
            MoveAll(ledger);
            Assert.Equal(1, InLedger);
            ciphers = [.. ciphers, blob.Cipher];
        }

        AssertAllRead(ciphers);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(16_384)]
    public void A_moved_blob_that_is_lost_or_changed_is_found_by_a_start_that_reads_it(int wholeMax)
    {
        _ = Grow();
        using (var ledger = _place.Open())
        {
            MoveAll(ledger);
        }

        using var place = new Place(_place.Folder, _place.Seed, _place.Root) { WholeMax = wholeMax };
        place.Clock.Move(TimeSpan.FromDays(130));
        foreach (var file in BlobFiles.In(_place.Ledger))
        {
            using var connection = Database.OpenWriter(file, erases: false);
            Database.Run(connection, "UPDATE blob SET bytes = zeroblob(100)");
        }

        if (wholeMax > 0)
        {
            Assert.Contains("blob ", place.Refusal(), StringComparison.Ordinal);
        }
        else
        {
            using var ledger = place.Open(); // the tail since the kept fold names none of them; the scrubber reads the rest
            using var reader = ledger.Read();
            Assert.All(reader.Entries(0, reader.Size()).SelectMany(e => Sealed(e.Statement)), cipher => Assert.Null(reader.Blob(cipher)));
        }

        static IEnumerable<Digest> Sealed(byte[] statement) => WrittenStatement.TryRead(statement, out var written, out _) && written.Statement is DecisionStatement decision ? decision.Sealed.Select(s => s.Cipher) : [];
    }

    [Fact]
    public void A_move_that_ends_before_its_deletion_leaves_both_and_the_next_one_goes_on()
    {
        var ciphers = Grow();
        using (var ledger = _place.Open())
        {
            using var reader = ledger.Read();
            using var months = new BlobMonths(_place.Ledger, reader);
            Assert.False(months.Step(reader.Size(), ledger.State.Time, BlobMonths.StepMax, _ => false));
            Assert.Equal(Decisions, Count(Assert.Single(BlobFiles.In(_place.Ledger))));
            Assert.Equal(ciphers.Length, InLedger);
        }

        AssertAllRead(ciphers);
        using (var ledger = _place.Open())
        {
            MoveAll(ledger);
        }

        Assert.Equal(0, InLedger);
        AssertAllRead(ciphers);
    }

    [Fact]
    public void No_blob_is_lost_over_kills_in_the_change_of_month()
    {
        File.WriteAllText(Path.Combine(_place.Folder, "root"), _place.RootPem);
        using var same = new Place(_place.Folder, new byte[32], _place.Root);
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var moved = 0L;
        for (var run = 0; run < Kills; run++)
        {
            _ = MonthChild.RunAndKill(_place.Folder, run, random.Next(1, 40));
            same.Clock.Move(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(run + 1).AddDays(1) - same.Clock.GetUtcNow());
            using var ledger = same.Open();
            using var reader = ledger.Read();
            for (var index = 0L; index < reader.Size(); index++)
            {
                Assert.All(SealedIn(reader.Entry(index).Written.Statement), cipher => Assert.True(reader.Blob(cipher) is not null, $"seed {seed}, run {run}: a blob of entry {index} is gone"));
            }

            moved = BlobFiles.In(same.Ledger).Sum(Count);
            if (run > 0)
            {
                ledger.Abandon(); // the first time a clean stop publishes a head: what it covers may be moved
            }
        }

        Assert.True(moved > 0, $"seed {seed}: nothing was ever moved");

        static IEnumerable<Digest> SealedIn(Statement statement) => statement is DecisionStatement decision ? decision.Sealed.Select(s => s.Cipher) : [];
    }
}
