using Obstat.Core.Records;
using Obstat.Core.Tests.Records;
using Obstat.Proof.Dsse;
using Obstat.Proof.Notes;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;
using Obstat.Proof.Verification;
using Obstat.Storage.Databases;
using Obstat.Storage.Serving;

namespace Obstat.Storage.Tests;

/// <summary>A head key is replaced in an overlap, by two entries; before, between and after them exactly the keys in force sign, and whoever believes one of the two can follow to the other.</summary>
public sealed class HeadRotationTests : IDisposable
{
    private static readonly TimeSpan s_overlap = TimeSpan.FromDays(30);

    private readonly Place _place = new() { HasNext = true };
    private readonly StatementSigner _report = StatementSigner.Generate();

    public void Dispose()
    {
        _place.Dispose();
        _report.Dispose();
    }

    private string Exported => Path.Combine(_place.Folder, "public");

    private VerifierKey NextKey
    {
        get
        {
            using var next = _place.Next();
            return next.VerifierKey;
        }
    }

    private void Rotate(Ledger ledger)
    {
        using var next = _place.Next();
        _ = ledger.Append(HeadRotation.Begin(next, s_overlap));
    }

    private void Pass(TimeSpan time) => _place.Clock.Move(time);

    /// <summary>A log that was published before, in and after an overlap, with entries at each time.</summary>
    private void Grow()
    {
        using (var ledger = _place.Open())
        {
            ledger.Append(Said.Activated("law"));
            ledger.Append(Said.Registered(_report, 1));
        }

        using (var ledger = _place.Open())
        {
            Rotate(ledger);
            ledger.Append(Said.Decided(false, 1, 1, blob: Place.Blob(1), patience: Place.Patience));
        }

        Pass(s_overlap + TimeSpan.FromMinutes(1));
        using (var ledger = _place.Open())
        {
            ledger.Append(Said.Decided(false, 1, 2, blob: Place.Blob(2), patience: Place.Patience));
        }

        (_place.HasOld, _place.HasNext) = (false, true);
        using (var ledger = _place.Open())
        {
            ledger.Append(Said.Decided(false, 1, 3, blob: Place.Blob(3), patience: Place.Patience));
        }
    }

    private AuditReport Audit(VerifierKey trusted) => (Directory.Exists(Exported) ? new ExportedFolder(Exported) : ExportedFolder.Write(_place.Ledger, Exported)).Audit(trusted);

    private static VerifierKey[] Signers(SignedNote? note, params VerifierKey[] known) => [.. note!.Signatures.Select(s => known.Single(k => k.KeyId == s.KeyId))];

    [Fact]
    public void In_an_overlap_each_head_carries_the_old_line_and_then_the_new_one_and_after_it_the_new_one_alone()
    {
        var (old, next) = (_place.HeadKey, NextKey);
        using (var ledger = _place.Open())
        {
            Assert.Equal([old], Signers(ledger.Head, old, next));
            Rotate(ledger);
            Assert.Equal([old, next], Signers(ledger.Head, old, next));
            Assert.Equal(next, ledger.HeadKey);
        }

        Pass(s_overlap - TimeSpan.FromMinutes(1));
        using (var ledger = _place.Open())
        {
            Assert.Equal([old, next], Signers(ledger.Head, old, next));
        }

        Pass(TimeSpan.FromMinutes(2));
        using (var ledger = _place.Open())
        {
            Assert.Equal([next], Signers(ledger.Head, old, next));
            Assert.Null(ledger.State.HeadKeys?.OverlapUntil);
        }

        (_place.HasOld, _place.HasNext) = (false, true);
        using var without = _place.Open();
        Assert.Equal([next], Signers(without.Head, old, next));
    }

    [Theory]
    [InlineData(16_384)]
    [InlineData(0)]
    public void A_rotated_log_opens_whole_and_from_its_kept_fold(int wholeMax)
    {
        Grow();
        using var place = new Place(_place.Folder, _place.Seed, _place.Root) { WholeMax = wholeMax, HasOld = false, HasNext = true };
        place.Clock.Move(s_overlap + TimeSpan.FromMinutes(2));
        using var ledger = place.Open();
        Assert.Null(ledger.FoldRefused);
        Assert.Equal([_place.HeadKey, NextKey], ledger.State.HeadKeys!.Windows.Select(w => w.Key));
    }

    [Fact]
    public void Whoever_believes_the_old_key_or_the_new_one_follows_to_the_other()
    {
        Grow();
        foreach (var trusted in new[] { _place.HeadKey, NextKey })
        {
            var report = Audit(trusted);
            Assert.True(report.Checks.All(c => c.Status == CheckStatus.Verified), string.Join("\n", report.Findings.Select(f => f.Detail)));
        }

        using var stranger = NoteSigner.Generate(_place.Origin);
        Assert.Contains(Audit(stranger.VerifierKey).Checks, c => c.Status == CheckStatus.Failed);
    }

    [Fact]
    public void A_new_key_that_no_head_of_the_old_one_announces_is_not_believed()
    {
        Grow();
        Assert.DoesNotContain(Audit(_place.HeadKey).Checks, c => c.Status == CheckStatus.Failed);
        foreach (var both in Directory.EnumerateFiles(Exported, "checkpoint.*").Where(f => File.ReadAllText(f).Split('\u2014').Length == 3).ToArray())
        {
            File.Delete(both);
        }

        Assert.Contains(Audit(_place.HeadKey).Findings, f => f.Detail.Contains("no head by a key of your trust covers", StringComparison.Ordinal));
        Assert.DoesNotContain(Audit(NextKey).Findings, f => f.Check == AuditChecks.Heads);
    }

    [Fact]
    public void A_head_that_the_old_key_signed_after_its_end_is_found_by_the_start_and_by_the_audit()
    {
        Grow();
        Assert.DoesNotContain(Audit(NextKey).Checks, c => c.Status == CheckStatus.Failed);
        using var thief = new HeadSigner(_place.Key());
        using (var connection = Database.OpenWriter(_place.File, erases: false))
        {
            using var find = Database.Prepare(connection, "SELECT size, note FROM published ORDER BY size DESC LIMIT 1", 0);
            using var rows = find.ExecuteReader();
            Assert.True(rows.Read());
            Assert.True(SignedNote.TryParse(rows.GetFieldValue<byte[]>(1), out var note, out _));
            Assert.True(Checkpoint.TryParse(note.TextAsString(), out var head));
            Assert.True(thief.TrySign(head.Size, head.Root, out var forged));
            using var put = Database.Prepare(connection, "UPDATE published SET note = $1 WHERE size = $2", 2);
            (put.Parameters[0].Value, put.Parameters[1].Value) = (forged.Bytes.ToArray(), head.Size);
            rows.Close();
            Assert.Equal(1, put.ExecuteNonQuery());
            File.WriteAllBytes(Path.Combine(Exported, "checkpoint"), forged.Bytes.ToArray());
            File.Delete(Path.Combine(_place.Ledger, "guard", _place.Origin));
        }

        Assert.Contains("the keys in force at its size", _place.Refusal(), StringComparison.Ordinal);
        Assert.Contains(Audit(_place.HeadKey).Findings, f => f.Check == AuditChecks.Heads && f.Fault == AuditFault.Unsigned);
    }

    [Fact]
    public void A_start_without_a_key_in_force_is_refused()
    {
        using (var ledger = _place.Open())
        {
            Rotate(ledger);
        }

        _place.HasNext = false;
        Assert.Contains("the keys in force", _place.Refusal(), StringComparison.Ordinal);
        (_place.HasOld, _place.HasNext) = (false, true);
        Assert.Contains("the keys in force", _place.Refusal(), StringComparison.Ordinal);
        _place.HasOld = true;
        Pass(s_overlap + TimeSpan.FromMinutes(1));
        _place.Open().Dispose();
        (_place.HasOld, _place.HasNext) = (true, false);
        Assert.Contains("the keys in force", _place.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_rotation_that_is_not_one_is_refused()
    {
        using var ledger = _place.Open();
        using var next = _place.Next();
        using var other = NoteSigner.Generate(_place.Origin);
        using var stranger = NoteSigner.Generate("other.example");
        KeyRotationStatement Of(Sequenced place, NoteSigner key) => (KeyRotationStatement)HeadRotation.Begin(key, s_overlap).Compose!(place).Statement!;
        foreach (var lie in (Func<Sequenced, KeyRotationStatement>[])
        [
            place => Of(place, next) with { Proof = Of(place, other).Proof },                                       // signed by another key
            place => Of(place, next) with { OverlapUntil = Timestamp.From(place.Time.Time.AddDays(2)) },            // not what was signed
            place => (Of(place, next) with { OverlapUntil = null }).Prove(next),                                    // no overlap
            place => (Of(place, next) with { OverlapUntil = place.Time }).Prove(next),
            place => (Of(place, next) with { Old = RotatedKey.Ends(other.VerifierKey) }).Prove(next),               // of a key that is not in force
            place => (Of(place, next) with { Role = KeyRoles.Root }).Prove(next),
            place => Of(place, stranger),                                                                           // of another log
            place => (KeyRotationStatement)HeadRotation.End().Compose!(place).Statement!,                           // would leave none
        ])
        {
            Assert.Equal(DenyReason.Fault, ledger.Refused(Draft.OfPlane(place => Composition.Of(lie(place)))));
        }

        Rotate(ledger);
        Assert.Equal(DenyReason.Fault, ledger.Refused(HeadRotation.End()));                                         // before its time
        Assert.Equal(DenyReason.Fault, ledger.Refused(HeadRotation.Begin(other, s_overlap)));                       // a second one in the overlap
    }

    [Fact]
    public void A_key_that_was_used_before_does_not_come_back()
    {
        Grow();
        (_place.HasOld, _place.HasNext) = (true, true);
        using var ledger = _place.Open();
        using var old = _place.Key();
        Assert.Equal(DenyReason.Fault, ledger.Refused(HeadRotation.Begin(old, s_overlap)));
    }

    [Fact]
    public void Tlogcheck_reads_a_rotated_log_under_the_key_that_signs_its_newest_head_alone()
    {
        Grow();
        using (var log = PublishedLog.Open(_place.Ledger))
        {
            _ = LogFolder.Write(log, Exported, withStatements: false, _ => { }, CancellationToken.None);
        }

        // It knows one key: a folder with heads of before the rotation is read by whoever has that one.
        foreach (var earlier in Directory.GetFiles(Exported, "checkpoint.*").Where(f => Path.GetFileName(f) != "checkpoint"))
        {
            File.Delete(earlier);
        }

        Assert.Equal((0, ""), ThirdPartyTests.Run("log", NextKey.ToString(), Exported));
        Assert.NotEqual(0, ThirdPartyTests.Run("log", _place.HeadKey.ToString(), Exported).Code);
    }
}
