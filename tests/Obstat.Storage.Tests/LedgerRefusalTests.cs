using Obstat.Core.Records;
using Obstat.Core.Tests.Records;
using Obstat.Proof.Notes;
using Obstat.Proof.Reasons;
using Obstat.Storage.Databases;
using Obstat.Storage.Files;

namespace Obstat.Storage.Tests;

/// <summary>What a ledger does not open, and what ends it.</summary>
public sealed class LedgerRefusalTests : LedgerCase
{
    [Fact]
    public void A_second_writer_is_refused()
    {
        using var ledger = Armed();
        Assert.Contains("LOCK is locked", _place.Refusal(), StringComparison.Ordinal);
        ledger.Append(Ask(false, 1));
    }

    [Fact]
    public void A_writer_that_was_fenced_is_poisoned()
    {
        using var ledger = Armed();
        using (var other = Database.OpenWriter(_place.File, erases: false))
        {
            Database.Run(other, "UPDATE head SET epoch = epoch + 1");
        }

        Assert.Equal(DenyReason.LedgerUnavailable, ledger.Refused(Ask(false, 1)));
        Assert.Contains("fenced", ledger.Failure, StringComparison.Ordinal);
        Assert.Equal(DenyReason.LedgerUnavailable, ledger.Refused(Ask(false, 2)));
        ledger.Dispose();
        Assert.Contains("head: expected epoch", _place.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_disk_poisons_and_loses_nothing_that_was_acknowledged()
    {
        var acknowledged = new List<Appended>();
        using (var ledger = Armed())
        {
            Database.Run(ledger.Connection, "PRAGMA max_page_count = 60");
            var seq = 0;
            for (var refused = false; !refused;)
            {
                var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ledger.AppendAsync(Ask(true, Interlocked.Increment(ref seq), jti: seq), default)));
                refused = results.Any(r => r.Reason() != DenyReason.Undecided);
                acknowledged.AddRange(results.Where(r => r.Reason() == DenyReason.Undecided).Select(r => r.Entry()));
                Assert.All(results.Select(r => r.Reason()).Where(r => r != DenyReason.Undecided), r => Assert.Equal(DenyReason.LedgerUnavailable, r));
            }

            Assert.NotNull(ledger.Failure);
            Assert.Equal(DenyReason.LedgerUnavailable, ledger.Refused(Ask(false, seq + 1)));
            Assert.False(await ledger.KeepAsync(Place.Blob(1), default));
            using var reader = ledger.Read();
            Assert.Equal("genesis", reader.Entry(0).Written.Statement.Type);
        }

        using var again = _place.Open();
        using var after = again.Read();
        Assert.NotEmpty(acknowledged);
        Assert.All(acknowledged, entry => Assert.Equal(entry.Written.Digest, after.Entry(entry.Index.Value).Written.Digest));
    }

    [Fact]
    public void A_foreign_lock_on_the_file_poisons()
    {
        using var ledger = Armed();
        using var other = Database.OpenWriter(_place.File, erases: false);
        Database.Run(other, "BEGIN IMMEDIATE");
        Assert.Equal(DenyReason.LedgerUnavailable, ledger.Refused(Ask(false, 1)));
        Assert.NotNull(ledger.Failure);
        Database.Run(other, "ROLLBACK");
        Assert.Equal(DenyReason.LedgerUnavailable, ledger.Refused(Ask(false, 1)));
    }

    [Fact]
    public void A_clock_that_steps_back_stops_what_the_plane_says_and_not_what_points_report()
    {
        using var ledger = Armed();
        var decision = ledger.Append(Ask(true, 1, jti: 1));
        _place.Clock.Move(TimeSpan.FromHours(-2));
        Assert.Equal(DenyReason.ClockUntrusted, ledger.Refused(Ask(false, 2)));
        Assert.False(ledger.IsClockTrusted);
        ledger.Append(Said.Ended(_report, decision, 1, 3, 1, null));
        ledger.Dispose();
        Assert.Contains("clock", _place.Refusal(), StringComparison.Ordinal);
        _place.Clock.Move(TimeSpan.FromHours(2));
        _place.Open().Dispose();
    }

    [Fact]
    public void A_restored_older_copy_is_refused_where_a_newer_head_is_remembered()
    {
        var copy = Path.Combine(_place.Folder, "copy.db");
        using (var ledger = Armed())
        {
        }

        File.Copy(_place.File, copy);
        using (var ledger = _place.Open())
        {
            ledger.Append(Ask(false, 1));
        }

        File.Copy(copy, _place.File, overwrite: true);
        Assert.Contains("its tail was lost", _place.Refusal(), StringComparison.Ordinal);
        File.Delete(_place.File);
        Assert.Contains("its tail was lost", _place.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_guard_of_another_history_is_refused()
    {
        using (var ledger = Armed())
        {
        }

        using (var other = new HeadSigner(NoteSigner.Generate(_place.Origin)))
        {
            Assert.True(other.TrySign(3, Said.Sha("root"), out var note));
            File.WriteAllBytes(Path.Combine(_place.Ledger, "guard", _place.Origin), note.Bytes.ToArray());
        }

        Assert.Contains($"guard/{_place.Origin}", _place.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_head_is_published_after_its_entries_were_read_back()
    {
        using var place = new Place { PublishEvery = TimeSpan.FromMilliseconds(100) };
        using var ledger = Armed(place);
        var entry = ledger.Append(Ask(false, 1));
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                Thread.Yield();
                using var reader = ledger.Read();
                return reader.PublishedFrom(entry.Index.Value + 1) is not null;
            },
            TimeSpan.FromSeconds(30)));
        using var after = ledger.Read();
        Assert.Equal(after.Published(long.MaxValue)?.Note, File.ReadAllBytes(Path.Combine(place.Ledger, "guard", place.Origin)));
        var consistent = Assert.IsType<(long Size, byte[] Note)>(after.Published(long.MaxValue));
        Assert.True(SignedNote.TryParse(consistent.Note, out var note, out _) && Checkpoint.TryOpen(note, place.HeadKey, out var head, out _) && head.Size == consistent.Size);
    }

    [Fact]
    public void A_bit_that_flipped_on_the_way_to_the_disk_stops_the_ledger_before_its_head_is_published()
    {
        using var place = new Place { PublishEvery = TimeSpan.FromMilliseconds(100) };
        using var ledger = Armed(place);
        using (var other = Database.OpenWriter(place.File, erases: false))
        {
            Database.Run(other, "PRAGMA busy_timeout = 10000");
            Database.Run(other, "UPDATE entry SET leaf = CAST(substr(leaf, 1, 200) || x'00' || substr(leaf, 202) AS BLOB) WHERE idx = (SELECT max(idx) FROM entry)");
        }

        // The publisher may have been there before; what it has not vouched for it now refuses to vouch for, and a restart refuses the rest.
        ledger.Append(Ask(false, 1));
        _ = SpinWait.SpinUntil(() => ledger.Failure is not null, TimeSpan.FromSeconds(2));
        ledger.Dispose();
        Assert.Contains("entry 3", place.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_ledger_without_its_instance_is_refused()
    {
        _place.Open().Dispose();
        File.Delete(Path.Combine(_place.Ledger, "INSTANCE"));
        Assert.Contains("INSTANCE", _place.Refusal(), StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(_place.Ledger, "INSTANCE"), "aaaaaaaaaa\n");
        Assert.Contains("INSTANCE", _place.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_index_or_trigger_of_somebody_else_is_refused()
    {
        _place.Open().Dispose();
        using (var other = Database.OpenWriter(_place.File, erases: false))
        {
            Database.Run(other, "CREATE TRIGGER t AFTER INSERT ON entry BEGIN DELETE FROM blob; END");
        }

        Assert.Contains("tables of this version", _place.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_ledger_opens_under_its_own_head_key_and_root_alone()
    {
        _place.Open().Dispose();
        using var otherHead = new Place(_place.Folder, root: _place.Root);
        Assert.Contains("origin", otherHead.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void Secrets_of_the_folder_are_for_its_owner_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "file modes of Unix");
        _place.Open().Dispose();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_place.Ledger));
        foreach (var file in new[] { "ledger.db", "INSTANCE", "LOCK", $"guard/{_place.Origin}" })
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_place.Ledger, file)));
        }
    }

    [Theory]
    [InlineData(0x6969)]
    [InlineData(0x517B)]
    [InlineData(0xFF534D42)]
    [InlineData(0x01021997)]
    [InlineData(0x65735546)]
    public void File_systems_of_other_machines_and_programs_are_refused(uint type) => Assert.NotNull(LocalFolder.ForeignName(type));

    [Theory]
    [InlineData(0xEF53)]
    [InlineData(0x58465342)]
    [InlineData(0x01021994)]
    [InlineData(0x794C7630)]
    public void Local_file_systems_are_taken(uint type) => Assert.Null(LocalFolder.ForeignName(type));
}
