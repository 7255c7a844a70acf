using Obstat.Core.Records;
using Obstat.Core.Replays;
using Obstat.Core.Tests.Records;
using Obstat.Proof;
using Obstat.Proof.Leases;
using Obstat.Proof.Notes;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;
using Obstat.Proof.Verification;
using Obstat.Storage.Databases;
using Obstat.Storage.Serving;
using Obstat.Storage.Vaults;

namespace Obstat.Storage.Tests;

/// <summary>A log ends and another one goes on with its state: what ended takes nothing more, what goes on names it and carries exactly its state, and both are verified by whoever has them.</summary>
public sealed class LogChangeTests : LedgerCase
{
    private static readonly StopTarget s_tool = new(ScopeKind.Tool, Digest.Of("a tool"u8));
    private static readonly StopTarget s_other = new(ScopeKind.Key, Digest.Of("a key"u8));
    private static readonly StopTarget s_person = new(ScopeKind.Principal, Digest.Of("a person"u8));

    private static string Refusal(Action action) => Assert.Throws<LedgerUnavailableException>(action).Message;

    /// <summary>A log with decisions and stops, ended; what it carries over.</summary>
    private StateParts Ended(Place next)
    {
        using var ledger = Armed();
        ledger.Append(Said.Revoked(s_person));
        ledger.Append(Said.Revoked(s_other));
        ledger.Append(Said.Halted(s_tool));
        ledger.Append(Said.Activated("law 2", seq: 7));
        for (var seq = 1; seq < 300; seq++)
        {
            ledger.Append(Said.Decided(false, 1, seq, law: "law 2", blob: Place.Blob(seq), patience: Place.Patience));
        }

        var parts = ledger.State.Parts;
        ledger.End(next);
        return parts;
    }

    private static void Verified(AuditReport report) => Assert.True(report.Result == VerifyResult.Verified, report.ToJson().ToString());

    [Fact]
    public void The_last_entries_name_the_log_that_goes_on_and_the_state_and_nothing_is_appended_after_them()
    {
        using var next = _place.Successor();
        using (var ledger = Armed())
        {
            ledger.End(next);
            var size = ledger.State.Size;
            using var reader = ledger.Read();
            var closing = Assert.IsType<KeyRotationStatement>(reader.Entry(size - 2).Written.Statement);
            Assert.Equal((KeyRoles.Checkpoint, next.HeadKey.ToString(), _place.HeadKey.ToString()), (closing.Role, closing.New?.Vkey, closing.Old?.Vkey));
            Assert.IsType<StateStatement>(reader.Entry(size - 1).Written.Statement);
            Assert.NotEqual(DenyReason.Undecided, ledger.Refused(Ask(false, 1)));
            Assert.NotEqual(DenyReason.Undecided, ledger.Refused(Said.Activated("another law")));
            using var key = next.Key();
            Assert.NotEqual(DenyReason.Undecided, ledger.Refused(LogEnd.Close(key)));
            Assert.Equal(size, ledger.State.Size);
        }

        Assert.Contains($"ended with entry", _place.Refusal(), StringComparison.Ordinal);
        Assert.Contains(next.Origin, _place.Refusal(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(16_384)]
    [InlineData(0)]
    public void The_log_that_goes_on_names_the_last_head_verbatim_and_has_the_state_the_instance_and_a_higher_epoch(int wholeMax)
    {
        using var place = new Place(_place.Folder, _place.Seed, _place.Root) { WholeMax = wholeMax };
        using var next = place.Successor();
        var carried = Ended(next);
        using (Vault.Open(place.Ledger, place.Origin, new byte[32]))
        {
            // A vault of the installation.
        }

        place.Finish(next);
        using var old = PublishedLog.Open(Path.Combine(place.Ended, place.Origin));
        var (head, note) = old.Newest()!.Value;
        for (var start = 0; start < 3; start++)
        {
            using var ledger = next.Open();
            using var reader = ledger.Read();
            Assert.Null(ledger.FoldRefused);
            var genesis = Assert.IsType<GenesisStatement>(reader.Entry(0).Written.Statement);
            Assert.Equal(new Predecessor(place.Origin, note.ToString(), head.Size - 1), genesis.Predecessor);
            Assert.Equal(("rotation", carried.Digests.Digest), (genesis.Cause, genesis.State));
            Assert.Equal(carried.Digests.Digest, ledger.State.Parts.Digests.Digest);
            Assert.Equal([s_person, s_other], ledger.State.Revoked.OrderBy(t => t == s_other));
            Assert.Equal([s_tool], ledger.State.Halts);
            Assert.True(ledger.State.Plane.Epoch > start + 1);
            ledger.Append(Said.Activated($"law of start {start}", seq: 7));
            Assert.NotEqual(DenyReason.Undecided, ledger.Refused(Said.Activated("an older law", seq: 6)));
        }

        Assert.True(File.Exists(Path.Combine(place.Ledger, "vault.db")));
        Assert.False(File.Exists(Path.Combine(place.Ended, place.Origin, "vault.db")));
        Assert.Contains("ended", Refusal(() => Storage.Ledger.Open(new() { Folder = Path.Combine(place.Ended, place.Origin) }, place.Keys(), place.Clock).Dispose()), StringComparison.Ordinal);
    }

    [Fact]
    public void Both_logs_are_audited_and_the_state_is_folded_from_one_into_the_other_also_where_the_old_one_was_moved_away()
    {
        using var next = _place.Successor();
        _ = Ended(next);
        _place.Finish(next);
        using (var ledger = next.Open())
        {
            ledger.Append(Said.Activated("law 3"));
        }

        var moved = Directory.CreateTempSubdirectory("obstat-cold-").FullName;
        try
        {
            Directory.Move(Path.Combine(_place.Ended, _place.Origin), Path.Combine(moved, "log"));
            var fold = new StateReplay();
            var (ended, begun) = (Path.Combine(moved, "old"), Path.Combine(moved, "new"));
            Verified(ExportedFolder.Write(Path.Combine(moved, "log"), ended).Audit(_place.HeadKey, fold));
            var exported = ExportedFolder.Write(next.Ledger, begun);
            var going = new StateReplay();
            going.Carry(fold.Parts);
            Verified(exported.Audit(next.HeadKey, going));

            // The link itself, for whoever has both.
            Assert.Null(Succession.GenesisOf(new ExportedFolder(ended)));
            var link = new LinkOfLogs(ended, _place.HeadKey, begun);
            Assert.Equal(Finding.None, link.Audit());
            foreach (var (_, done, words, find) in link.Lies())
            {
                var found = find();
                Assert.True(found != Finding.None && found.Contains(words ?? "", StringComparison.Ordinal), $"{done}: {found}");
            }

            // Another state than the one that is named does not fold.
            var named = fold.Parts.Digests.Digest;
            Assert.Contains(exported.Audit(next.HeadKey).Findings, f => f.Check == AuditChecks.State && f.Detail.Contains(named.ToHex(), StringComparison.Ordinal));
        }
        finally
        {
            Directory.Delete(moved, recursive: true);
        }
    }

    [Fact]
    public void Tlogcheck_reads_the_log_that_ended_and_the_one_that_goes_on_as_any_other()
    {
        using var next = _place.Successor();
        _ = Ended(next);
        _place.Finish(next);
        var (old, exported) = (Path.Combine(_place.Folder, "old"), Path.Combine(_place.Folder, "new"));
        _ = ExportedFolder.Write(Path.Combine(_place.Ended, _place.Origin), old);
        _ = ExportedFolder.Write(next.Ledger, exported);
        Assert.Equal((0, ""), ThirdPartyTests.Run("log", _place.HeadKey.ToString(), old));
        Assert.Equal((0, ""), ThirdPartyTests.Run("log", next.HeadKey.ToString(), exported));
        Assert.NotEqual(0, ThirdPartyTests.Run("log", _place.HeadKey.ToString(), exported).Code);
    }

    [Fact]
    public void A_log_does_not_end_while_an_execution_is_open_or_a_stop_names_the_log_itself()
    {
        using var next = _place.Successor();
        using var ledger = Armed();
        var decision = ledger.Append(Ask(true, 1, jti: 1));
        Assert.Contains("1 without outcome", Refusal(() => ledger.End(next)), StringComparison.Ordinal);
        using var key = next.Key();
        Assert.Equal(DenyReason.Fault, ledger.Refused(LogEnd.Close(key)));
        ledger.Append(Said.Ended(_report, decision, 1, 2, 1, null));
        var tenant = new StopTarget(ScopeKind.Tenant, Digest.Of("t"u8));
        ledger.Append(Said.Halted(tenant));
        Assert.Contains("names this log", Refusal(() => ledger.End(next)), StringComparison.Ordinal);
        Assert.Equal(DenyReason.Fault, ledger.Refused(LogEnd.Close(key)));
        ledger.Append(Said.Halted(tenant, lift: true));
        ledger.End(next);
    }

    [Fact]
    public void An_end_that_is_not_one_is_refused()
    {
        using var next = _place.Successor();
        using var ledger = Armed();
        foreach (var (done, lie) in new LogEndLies(next).Each())
        {
            Assert.True(ledger.Refused(Draft.OfPlane(at => Composition.Of(lie(at)))) == DenyReason.Fault, done);
        }

        ledger.End(next);
    }

    [Fact]
    public void A_log_does_not_end_while_two_head_keys_overlap()
    {
        using var place = new Place(_place.Folder, _place.Seed, _place.Root) { HasNext = true };
        using var next = place.Successor();
        using var ledger = Armed(place);
        using (var rotated = place.Next())
        {
            ledger.Append(HeadRotation.Begin(rotated, TimeSpan.FromDays(30)));
        }

        Assert.Contains("Fault", Refusal(() => ledger.End(next)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_goes_on_only_where_it_ended_only_under_the_key_that_it_named_and_only_into_a_free_place()
    {
        using var next = _place.Successor();
        using var stranger = next.Successor();
        Armed().Dispose();
        Assert.Contains("did not end", Refusal(() => _place.Finish(next)), StringComparison.Ordinal);
        _ = Ended(next);
        Assert.Contains("goes on under", Refusal(() => _place.Finish(stranger)), StringComparison.Ordinal);
        using (var held = new Place(Path.Combine(_place.Folder, "elsewhere"), stranger.Seed, _place.Root))
        {
            held.Open().Dispose();
            Directory.CreateDirectory(_place.Ended);
            Directory.Move(held.Ledger, Path.Combine(_place.Ended, _place.Origin));
        }

        Assert.Contains(stranger.Origin, Refusal(() => _place.Finish(next)), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_place.Ended, _place.Origin, "ledger.db")));
        Directory.Delete(Path.Combine(_place.Ended, _place.Origin), recursive: true);
        _place.Finish(next);
        Assert.Contains("expected", Refusal(() => _place.Finish(next)), StringComparison.Ordinal); // the ledger in force is another one now
        next.Open().Dispose();
    }

    [Fact]
    public void A_log_that_does_not_have_the_state_that_it_carries_is_not_opened()
    {
        using var next = _place.Successor();
        _ = Ended(next);
        _place.Finish(next);
        next.Open().Dispose();
        foreach (var change in new[] { "DELETE FROM snapshot WHERE length(bytes) = 65", "DELETE FROM snapshot WHERE hex(substr(bytes, 1, 2)) = '005B'", "UPDATE snapshot SET bytes = x'00' WHERE length(bytes) = 65" })
        {
            var copy = File.ReadAllBytes(next.File);
            using (var connection = Database.OpenWriter(next.File, erases: false))
            {
                Database.Run(connection, change);
                Assert.NotEqual(0L, Database.Scalar(connection, "SELECT changes()"));
                Database.Run(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
            }

            Assert.Matches("entry 0|snapshot", next.Refusal());
            File.WriteAllBytes(next.File, copy);
        }

        next.Open().Dispose();
    }

    [Fact]
    public void What_a_thief_of_the_keys_appends_after_the_end_is_named_by_start_audit_and_reader_of_heads()
    {
        using var next = _place.Successor();
        HeadKeys keys;
        using (var ledger = Armed())
        {
            ledger.End(next);
            keys = ledger.State.HeadKeys!;
        }

        var exported = ExportedFolder.Write(_place.Ledger, Path.Combine(_place.Folder, "exported"));
        using var log = PublishedLog.Open(_place.Ledger);
        var (head, _) = log.Newest()!.Value;
        Assert.Equal(head.Size, keys.SizeLast);
        foreach (var size in new[] { head.Size + 1, head.Size + 100 })
        {
            var forged = _place.Forge(size);
            Assert.False(keys.TryOpen(forged, out _, out var error));
            Assert.Contains("after its end", error, StringComparison.Ordinal);
            Assert.Contains(exported.Audit(_place.HeadKey, seen: ("seen", forged.Bytes)).Findings, f => f.Check == AuditChecks.Heads && f.Detail.Contains("after its end", StringComparison.Ordinal));
        }

        File.WriteAllBytes(Path.Combine(_place.Ledger, "guard", _place.Origin), _place.Forge(head.Size + 100).Bytes.ToArray());
        Assert.Contains("its tail was lost", _place.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_point_follows_only_what_the_old_log_says_under_the_key_that_it_pinned()
    {
        using var next = _place.Successor();
        Checkpoint seen;
        using (var ledger = Armed())
        {
            Assert.True(Checkpoint.TryOpen(ledger.Head!, _place.HeadKey, out var head, out _));
            seen = head;
        }

        _ = Ended(next);
        _place.Finish(next);
        using var point = new FollowingPoint(_place, Path.Combine(_place.Ended, _place.Origin), next, next.Ledger, seen);
        Assert.Equal($"follows {next.Origin}", point.Follow(point.Truth));
        Assert.Equal($"follows {next.Origin}", point.Follow(point.Truth with { Consistency = [] }, seen: new(_place.Origin, 0, Digest.Of([]))));
        foreach (var (_, done, words, follow) in point.Lies())
        {
            var said = follow();
            Assert.True(said.Contains(words, StringComparison.Ordinal), $"{done}: {said}");
        }
    }
}
