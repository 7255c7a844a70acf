using Obstat.Core.Records;
using Obstat.Core.Replays;
using Obstat.Core.Tests.Records;
using Obstat.Proof;
using Obstat.Proof.Dsse;
using Obstat.Proof.Leases;
using Obstat.Proof.Messages;
using Obstat.Proof.Notes;
using Obstat.Proof.Reasons;
using Obstat.Proof.Receipts;
using Obstat.Proof.Statements;
using Obstat.Proof.Verification;
using Obstat.Storage.Changing;
using Obstat.Storage.Databases;
using Obstat.Storage.Reading;
using Obstat.Storage.Serving;
using Obstat.Storage.Vaults;

namespace Obstat.Storage.Tests;

/// <summary>A log ends and another one goes on with its state: what ended takes nothing more, what goes on names it and carries exactly its state, and both are verified by whoever has them.</summary>
public sealed class LogChangeTests : LedgerCase
{
    private static readonly StopTarget s_tool = new(ScopeKind.Tool, Digest.Of("a tool"u8));
    private static readonly StopTarget s_other = new(ScopeKind.Key, Digest.Of("a key"u8));
    private static readonly StopTarget s_person = new(ScopeKind.Principal, Digest.Of("a person"u8));

    private static NoteSigner KeyOf(Place place) => LogOrigin.Signer("t-1", place.Seed);

    private static void End(Ledger ledger, Place next)
    {
        using var key = KeyOf(next);
        _ = LogChange.EndAsync(ledger, key, default).GetAwaiter().GetResult();
    }

    private static string Refusal(Action action) => Assert.Throws<LedgerUnavailableException>(action).Message;

    private void Finish(Place next) => LogChange.Finish(_place.Options, _place.Ended, _place.Keys(), next.Keys(), _place.Clock);

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
        End(ledger, next);
        return parts;
    }

    private static string Export(string ledger, string to)
    {
        using var log = PublishedLog.Open(ledger);
        _ = LogFolder.Write(log, to, withStatements: true, _ => { }, CancellationToken.None);
        return to;
    }

    private static AuditReport Audit(string folder, VerifierKey key, StateReplay fold)
        => ExportedLogAudit.Run(new Folder(folder), Trust.InLog(key), [], withSignatures: true, fold.Apply, (_, _) => { }, CancellationToken.None);

    private static void Verified(AuditReport report) => Assert.True(report.Result == VerifyResult.Verified, report.ToJson().ToString());

    [Fact]
    public void The_last_entries_name_the_log_that_goes_on_and_the_state_and_nothing_is_appended_after_them()
    {
        using var next = _place.Successor();
        using (var ledger = Armed())
        {
            End(ledger, next);
            var size = ledger.State.Size;
            using var reader = ledger.Read();
            var closing = Assert.IsType<KeyRotationStatement>(reader.Entry(size - 2).Written.Statement);
            Assert.Equal((KeyRoles.Checkpoint, next.HeadKey.ToString(), _place.HeadKey.ToString()), (closing.Role, closing.New?.Vkey, closing.Old?.Vkey));
            Assert.IsType<StateStatement>(reader.Entry(size - 1).Written.Statement);
            Assert.NotEqual(DenyReason.Undecided, ledger.Refused(Ask(false, 1)));
            Assert.NotEqual(DenyReason.Undecided, ledger.Refused(Said.Activated("another law")));
            using var key = KeyOf(next);
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

        LogChange.Finish(place.Options, place.Ended, place.Keys(), next.Keys(), place.Clock);
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
        Finish(next);
        using (var ledger = next.Open())
        {
            ledger.Append(Said.Activated("law 3"));
        }

        var moved = Directory.CreateTempSubdirectory("obstat-cold-").FullName;
        try
        {
            Directory.Move(Path.Combine(_place.Ended, _place.Origin), Path.Combine(moved, "log"));
            var fold = new StateReplay();
            Verified(Audit(Export(Path.Combine(moved, "log"), Path.Combine(moved, "old")), _place.HeadKey, fold));
            var exported = Export(next.Ledger, Path.Combine(moved, "new"));
            var going = new StateReplay();
            going.Carry(fold.Parts);
            Verified(Audit(exported, next.HeadKey, going));

            // The link itself, for whoever has both.
            var genesis = Succession.GenesisOf(new Folder(exported))!;
            string? Linked(GenesisStatement said, string old) => Succession.Audit(new Folder(old), said, withSignatures: true, new StateReplay(), (_, _) => { }, CancellationToken.None);
            Assert.Null(Succession.GenesisOf(new Folder(Path.Combine(moved, "old"))));
            Assert.Null(Linked(genesis, Path.Combine(moved, "old")));
            Assert.Contains("to be carried", Linked(genesis with { State = Digest.Of("other"u8) }, Path.Combine(moved, "old")), StringComparison.Ordinal);
            Assert.Contains("which names", Linked(genesis with { HeadKey = _place.HeadKey }, Path.Combine(moved, "old")), StringComparison.Ordinal);
            Assert.Contains("expected the statements of", Linked(genesis, exported), StringComparison.Ordinal);
            File.WriteAllBytes(Path.Combine(moved, "old", "tile", "entries", "000"), [.. File.ReadAllBytes(Path.Combine(moved, "old", "tile", "entries", "000")).Reverse()]);
            Assert.NotNull(Linked(genesis, Path.Combine(moved, "old")));

            // Another state than the one that is named does not fold.
            var lie = fold.Parts.Digests.Digest;
            Assert.Contains(Audit(exported, next.HeadKey, new StateReplay()).Findings, f => f.Check == AuditChecks.State && f.Detail.Contains(lie.ToHex(), StringComparison.Ordinal));

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
        Finish(next);
        var old = Export(Path.Combine(_place.Ended, _place.Origin), Path.Combine(_place.Folder, "old"));
        var exported = Export(next.Ledger, Path.Combine(_place.Folder, "new"));
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
        Assert.Contains("1 without outcome", Refusal(() => End(ledger, next)), StringComparison.Ordinal);
        using var key = KeyOf(next);
        Assert.Equal(DenyReason.Fault, ledger.Refused(LogEnd.Close(key)));
        ledger.Append(Said.Ended(_report, decision, 1, 2, 1, null));
        var tenant = new StopTarget(ScopeKind.Tenant, Digest.Of("t"u8));
        ledger.Append(Said.Halted(tenant));
        Assert.Contains("names this log", Refusal(() => End(ledger, next)), StringComparison.Ordinal);
        Assert.Equal(DenyReason.Fault, ledger.Refused(LogEnd.Close(key)));
        ledger.Append(Said.Halted(tenant, lift: true));
        End(ledger, next);
    }

    [Fact]
    public void An_end_that_is_not_one_is_refused()
    {
        using var next = _place.Successor();
        using var ledger = Armed();
        using var key = KeyOf(next);
        using var other = NoteSigner.Generate(next.Origin);
        KeyRotationStatement Of(Sequenced place) => (KeyRotationStatement)LogEnd.Close(key).Compose!(place).Statement!;
        foreach (var lie in (Func<Sequenced, KeyRotationStatement>[])
        [
            place => Of(place).Prove(other),                                                                    // signed by another key
            place => Of(place) with { Proof = Convert.ToBase64String(new byte[64]) },
            place => (Of(place) with { OverlapUntil = Timestamp.From(place.Time.Time.AddDays(2)) }).Prove(key), // two logs at once
            place => (Of(place) with { Old = RotatedKey.Ends(other.VerifierKey) }).Prove(key),                  // of a key that is not in force
            place => (Of(place) with { Role = KeyRoles.Root }).Prove(key),
            place => (Of(place) with { SuspectedFrom = 0 }).Prove(key),
        ])
        {
            Assert.Equal(DenyReason.Fault, ledger.Refused(Draft.OfPlane(place => Composition.Of(lie(place)))));
        }

        End(ledger, next);
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

        Assert.Contains("Fault", Refusal(() => End(ledger, next)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_goes_on_only_where_it_ended_only_under_the_key_that_it_named_and_only_into_a_free_place()
    {
        using var next = _place.Successor();
        using var stranger = next.Successor();
        Armed().Dispose();
        Assert.Contains("did not end", Refusal(() => Finish(next)), StringComparison.Ordinal);
        _ = Ended(next);
        Assert.Contains("goes on under", Refusal(() => Finish(stranger)), StringComparison.Ordinal);
        using (var held = new Place(Path.Combine(_place.Folder, "elsewhere"), stranger.Seed, _place.Root))
        {
            held.Open().Dispose();
            Directory.CreateDirectory(_place.Ended);
            Directory.Move(held.Ledger, Path.Combine(_place.Ended, _place.Origin));
        }

        Assert.Contains(stranger.Origin, Refusal(() => Finish(next)), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_place.Ended, _place.Origin, "ledger.db")));
        Directory.Delete(Path.Combine(_place.Ended, _place.Origin), recursive: true);
        Finish(next);
        Assert.Contains("expected", Refusal(() => Finish(next)), StringComparison.Ordinal); // the ledger in force is another one now
        next.Open().Dispose();
    }

    [Fact]
    public void A_log_that_does_not_have_the_state_that_it_carries_is_not_opened()
    {
        using var next = _place.Successor();
        _ = Ended(next);
        Finish(next);
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
            End(ledger, next);
            keys = ledger.State.HeadKeys!;
        }

        var exported = Export(_place.Ledger, Path.Combine(_place.Folder, "exported"));
        using var log = PublishedLog.Open(_place.Ledger);
        var (head, _) = log.Newest()!.Value;
        Assert.Equal(head.Size, keys.SizeLast);
        using var thief = new HeadSigner(KeyOf(_place));
        foreach (var size in new[] { head.Size + 1, head.Size + 100 })
        {
            Assert.True(thief.TrySign(size, Digest.Of("forged"u8), out var forged));
            Assert.False(keys.TryOpen(forged, out _, out var error));
            Assert.Contains("after its end", error, StringComparison.Ordinal);
            var report = ExportedLogAudit.Run(new Folder(exported), Trust.InLog(_place.HeadKey), [("seen", forged.Bytes)], withSignatures: true, new StateReplay().Apply, (_, _) => { }, CancellationToken.None);
            Assert.Contains(report.Findings, f => f.Check == AuditChecks.Heads && f.Detail.Contains("after its end", StringComparison.Ordinal));
        }

        File.WriteAllBytes(Path.Combine(_place.Ledger, "guard", _place.Origin), thief.TrySign(head.Size + 100, Digest.Of("forged"u8), out var ahead) ? ahead.Bytes.ToArray() : []);
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
        Finish(next);
        using var old = LedgerReader.Open(Path.Combine(_place.Ended, _place.Origin));
        using var begun = LedgerReader.Open(next.Ledger);
        var (size, note) = old.Published(long.MaxValue)!.Value;
        var (sizeOfNext, noteOfNext) = begun.PublishedFrom(1)!.Value;
        var told = new ContinuationAnswer(
            ReceiptOf(old, size - 2, note, size), ReceiptOf(old, size - 1, note, size), [.. old.Consistency(seen.Size, size)], ReceiptOf(begun, 0, noteOfNext, sizeOfNext));
        string? Said(ContinuationAnswer answer, VerifierKey? pinned = null, string? root = null, Checkpoint? before = null)
            => Continuation.TryFollow(answer, pinned ?? _place.HeadKey, root ?? _place.Root.PublicKey.Kid, before ?? seen, out var key, out var error) ? $"follows {key.Name}" : error;
        Assert.Equal($"follows {next.Origin}", Said(told));
        Assert.Equal($"follows {next.Origin}", Said(told with { Consistency = [] }, before: new(_place.Origin, 0, Digest.Of([]))));

        // A fork: another history is what this point saw, or it saw one that went on.
        Assert.Contains("was forked", Said(told, before: seen with { Root = Digest.Of("other"u8) }), StringComparison.Ordinal);
        Assert.Contains("went on after this end", Said(told with { Consistency = [] }, before: new(_place.Origin, size + 1, Digest.Of("more"u8))), StringComparison.Ordinal);
        Assert.Contains("was forked", Said(told with { Consistency = [] }), StringComparison.Ordinal);

        // An end that is none, or not the last word.
        Assert.Contains("expected the entry that ends", Said(told with { Closing = ReceiptOf(old, size - 3, note, size) }), StringComparison.Ordinal);
        Assert.Contains("expected the last state", Said(told with { State = ReceiptOf(old, size - 2, note, size) }), StringComparison.Ordinal);
        Assert.Contains("the genesis", Said(told with { Genesis = told.Closing }), StringComparison.Ordinal);
        Assert.Contains("expected the genesis", Said(told with { Genesis = ReceiptOf(begun, 1, noteOfNext, sizeOfNext) }), StringComparison.Ordinal);
        Assert.Contains("expected the root", Said(told, root: "another"), StringComparison.Ordinal);
        Assert.Contains("the end:", Said(told, pinned: next.HeadKey), StringComparison.Ordinal);
        using (var thief = new HeadSigner(KeyOf(next)))
        {
            Assert.True(thief.TrySign(size, Digest.Of("forged"u8), out var forged));
            Assert.Contains("the end:", Said(told with { Closing = ReceiptOf(old, size - 2, forged.Bytes.ToArray(), size) }), StringComparison.Ordinal);
        }

        // Another log under the same key: with another state, without a predecessor, from another end.
        foreach (var (lie, expected) in new (Func<GenesisStatement, GenesisStatement> Lie, string Expected)[]
        {
            (g => g with { State = Digest.Of("another state"u8) }, "expected the state that was carried over"),
            (g => g with { Cause = "first", Predecessor = null }, "expected the genesis"),
            (g => g with { Cause = "loss" }, "expected the genesis"),
            (g => g with { Predecessor = new(_place.Origin, System.Text.Encoding.UTF8.GetString(old.PublishedFrom(1)!.Value.Note), old.PublishedFrom(1)!.Value.Size - 1) }, "names the last head"),
            (g => g with { StatementKeys = [g.StatementKeys[0], StatementKey.Of(_report.PublicKey, KeyRoles.Root)] }, "expected the root"),
            (g => g with { Plane = g.Plane with { Epoch = 1 } }, "expected a later epoch"),
        })
        {
            Assert.True(WrittenStatement.TryWrite(lie((GenesisStatement)begun.Entry(0).Written.Statement), out var written, out var error), error);
            var leaf = Obstat.Proof.Leaves.Leaf.Write(Pae.Digest(written.Bytes.Span), _report.Sign(written.Bytes.Span), _report.PublicKey);
            var hash = Obstat.Proof.Merkle.TreeHash.Leaf(leaf);
            using var heads = new HeadSigner(KeyOf(next));
            Assert.True(heads.TrySign(1, hash, out var head));
            Assert.Contains(expected, Said(told with { Genesis = new Receipt(head.Bytes, 0, [], leaf, written.Bytes).ToJson() }), StringComparison.Ordinal);
        }
    }

    private static Obstat.Proof.Json.JsonValue ReceiptOf(LedgerReader reader, long index, byte[] note, long size)
    {
        var (written, leaf) = reader.Entry(index);
        return new Receipt(note, index, [.. reader.Inclusion(index, size)], leaf, written.Bytes).ToJson();
    }

    private sealed class Folder(string folder) : IExportedLog
    {
        public IReadOnlyCollection<string> Paths { get; } = [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder, f))];

        public ReadOnlyMemory<byte> Read(string path) => File.ReadAllBytes(Path.Combine(folder, path));
    }
}
