using Obstat.Core.Records;
using Obstat.Core.Replays;
using Obstat.Core.Tests.Records;
using Obstat.Proof;
using Obstat.Proof.Dsse;
using Obstat.Proof.Leases;
using Obstat.Proof.Leaves;
using Obstat.Proof.Messages;
using Obstat.Proof.Notes;
using Obstat.Proof.Receipts;
using Obstat.Proof.Statements;
using Obstat.Proof.Verification;
using Obstat.Storage.Changing;
using Obstat.Storage.Databases;
using Obstat.Storage.Reading;
using Obstat.Tests;

namespace Obstat.Storage.Tests;

/// <summary>Every change of how a log ends and another one goes on, who finds it and under which name: the rows of the table of mutations that are about it.</summary>
public sealed class LogChangeMutationTests : LedgerCase
{
    private readonly Place _next;
    private readonly Checkpoint _seen;
    private readonly long _size;

    /// <summary>Two logs, each with what its plane wrote: the one that ended, and the one that goes on.</summary>
    public LogChangeMutationTests()
    {
        _next = _place.Successor();
        using (var ledger = Armed())
        {
            ledger.Append(Said.Revoked(new(ScopeKind.Principal, Digest.Of("a person"u8))));
            Assert.True(Checkpoint.TryOpen(ledger.Head!, _place.HeadKey, out var head, out _));
            _seen = head;
        }

        Copy(_place.Ledger, Before);
        using (var ledger = _place.Open())
        {
            using var key = LogOrigin.Signer("t-1", _next.Seed);
            _ = LogChange.EndAsync(ledger, key, default).GetAwaiter().GetResult();
            _size = ledger.State.Size;
        }

        Copy(_place.Ledger, Ended);
        LogChange.Finish(_place.Options, _place.Ended, _place.Keys(), _next.Keys(), _place.Clock);
        using (var ledger = _next.Open())
        {
            ledger.Append(Said.Activated("law 2"));
        }

        Copy(_next.Ledger, Begun);
    }

    /// <summary>The ledger before its end.</summary>
    private string Before => Path.Combine(_place.Folder, "before");

    /// <summary>The ledger that ended, where it was.</summary>
    private string Ended => Path.Combine(_place.Folder, "after");

    /// <summary>The ledger that goes on.</summary>
    private string Begun => Path.Combine(_place.Folder, "begun");

    [Fact]
    public void Every_lie_about_the_end_of_a_log_is_found_by_folding_it_again_under_the_name_in_the_table()
        => Mutations.Check(Finder.End, Ends().Select(e => ("end of a log", e.Done, new Func<string>(() => Folded(e.Lie)))));

    [Fact]
    public void Every_change_of_a_log_that_ended_or_goes_on_is_found_by_the_plane_under_the_name_in_the_table()
        => Mutations.Check(Finder.Change, new (string, string, Func<string>)[]
        {
            ("log that ended", "opened again", () => Opened(Ended, _place)),
            ("log that ended", "its last entry removed", () => Opened(Ended, _place, "DELETE FROM entry WHERE idx = (SELECT max(idx) FROM entry)")),
            ("log that ended", "an older copy of it, which did not end, opened again", () => Opened(Ended, _place, change: folder => File.Copy(Path.Combine(Before, "ledger.db"), Path.Combine(folder, "ledger.db"), overwrite: true))),
            ("log that ended", "a head after its end, by a thief of its key", () => Opened(Ended, _place, change: folder => File.WriteAllBytes(Path.Combine(folder, "guard", _place.Origin), Forged(_place, _size + 100)))),
            ("change of logs", "of a log that did not end", () => Changed(Before, _next)),
            ("change of logs", "to a log that the end does not name", () => Changed(Ended, _next.Successor())),
            ("change of logs", "done again", () => Changed(Begun, _next)),
            ("change of logs", "where another log lies in the place of the one that ended", () => Changed(Ended, _next, beside: Begun)),
            ("log that goes on", "the state that it carries removed", () => Opened(Begun, _next, "DELETE FROM snapshot")),
            ("log that goes on", "the state that it carries changed", () => Opened(Begun, _next, "UPDATE snapshot SET bytes = x'00'")),
            ("log that goes on", "the one that ended in its place", () => Opened(Begun, _next, change: folder => File.Copy(Path.Combine(Ended, "ledger.db"), Path.Combine(folder, "ledger.db"), overwrite: true))),
        });

    [Fact]
    public void Every_change_of_the_link_between_two_logs_is_found_by_who_audits_both_under_the_name_in_the_table()
    {
        var (old, begun, before) = (Export(Ended, "old"), Export(Begun, "new"), Export(Before, "before-exported"));
        var genesis = Succession.GenesisOf(new Exported(begun))!;
        Assert.Equal("nobody finds it", Linked(genesis, old));
        Mutations.Check(Finder.Both, new (string, string, Func<string>)[]
        {
            ("genesis that goes on", "another state carried", () => Linked(genesis with { State = Digest.Of("other"u8) }, old)),
            ("genesis that goes on", "another first key", () => Linked(genesis with { HeadKey = _place.HeadKey }, old)),
            ("genesis that goes on", "an earlier head of the old log named", () => Linked(genesis with { Predecessor = Earlier() }, old)),
            ("log that ended", "the log that goes on in its place", () => Linked(genesis, begun)),
            ("log that ended", "an older copy of it, which did not end", () => Linked(genesis, before)),
            ("log that ended", "its entries changed", () => Linked(genesis, old, path => path.StartsWith("tile/entries/", StringComparison.Ordinal))),
            ("log that ended", "its statements changed", () => Linked(genesis, old, path => path.StartsWith("statement/", StringComparison.Ordinal))),
            ("log that ended", "a head after its end, by a thief of its key", () => Heads(old, Forged(_place, _size + 1))),
            ("log that goes on", "folded without the state that it carries", () => Audit(begun, _next.HeadKey, [], new StateReplay(), AuditChecks.State)),
        });
    }

    [Fact]
    public void Every_lie_about_the_log_that_goes_on_is_found_by_the_point_that_would_follow_under_the_name_in_the_table()
    {
        using var old = LedgerReader.Open(Ended);
        using var begun = LedgerReader.Open(Begun);
        var (size, note) = old.Published(long.MaxValue)!.Value;
        var (sizeOfNext, noteOfNext) = begun.PublishedFrom(1)!.Value;
        var told = new ContinuationAnswer(
            ReceiptOf(old, size - 2, note, size), ReceiptOf(old, size - 1, note, size), [.. old.Consistency(_seen.Size, size)], ReceiptOf(begun, 0, noteOfNext, sizeOfNext));
        string Follow(ContinuationAnswer answer, VerifierKey? pinned = null, string? root = null, Checkpoint? before = null)
            => Continuation.TryFollow(answer, pinned ?? _place.HeadKey, root ?? _place.Root.PublicKey.Kid, before ?? _seen, out _, out var error) ? "nobody finds it" : error;
        ContinuationAnswer Beginning(Func<GenesisStatement, GenesisStatement> lie) => told with { Genesis = Signed(lie((GenesisStatement)begun.Entry(0).Written.Statement)) };
        Assert.Equal("nobody finds it", Follow(told));
        Mutations.Check(Finder.Follow, new (string, string, Func<string>)[]
        {
            ("history that the point saw", "another one", () => Follow(told, before: _seen with { Root = Digest.Of("other"u8) })),
            ("history that the point saw", "it went on after this end", () => Follow(told with { Consistency = [] }, before: new(_place.Origin, size + 1, Digest.Of("more"u8)))),
            ("history that the point saw", "no proof that it leads to this end", () => Follow(told with { Consistency = [] })),
            ("end", "another entry", () => Follow(told with { Closing = ReceiptOf(old, size - 3, note, size) })),
            ("end", "under a head that another key signed", () => Follow(told with { Closing = ReceiptOf(old, size - 2, Forged(_next, size), size) })),
            ("end", "of another log than was pinned", () => Follow(told, pinned: _next.HeadKey)),
            ("last state", "another entry", () => Follow(told with { State = ReceiptOf(old, size - 2, note, size) })),
            ("genesis that goes on", "an entry of the old log", () => Follow(told with { Genesis = told.Closing })),
            ("genesis that goes on", "another entry of its log", () => Follow(told with { Genesis = ReceiptOf(begun, 1, noteOfNext, sizeOfNext) })),
            ("genesis that goes on", "under another root than was pinned", () => Follow(told, root: _report.PublicKey.Kid)),
            ("genesis that goes on", "another root", () => Follow(Beginning(g => g with { StatementKeys = [g.StatementKeys[0], StatementKey.Of(_report.PublicKey, KeyRoles.Root)] }))),
            ("genesis that goes on", "another state", () => Follow(Beginning(g => g with { State = Digest.Of("another state"u8) }))),
            ("genesis that goes on", "without a log before it", () => Follow(Beginning(g => g with { Cause = "first", Predecessor = null }))),
            ("genesis that goes on", "because the log before it was lost", () => Follow(Beginning(g => g with { Cause = "loss" }))),
            ("genesis that goes on", "an earlier head of the old log named", () => Follow(Beginning(g => g with { Predecessor = Earlier() }))),
            ("genesis that goes on", "an epoch that is not later", () => Follow(Beginning(g => g with { Plane = g.Plane with { Epoch = 1 } }))),
        });
    }

    private IEnumerable<(string Done, Func<Sequenced, Statement> Lie)> Ends()
    {
        using var key = LogOrigin.Signer("t-1", _next.Seed);
        using var other = NoteSigner.Generate(_next.Origin);
        KeyRotationStatement End(Sequenced place) => (KeyRotationStatement)LogEnd.Close(key).Compose!(place).Statement!;
        foreach (var end in new (string, Func<Sequenced, Statement>)[]
        {
            ("signed by another key than it names", place => End(place).Prove(other)),
            ("its proof emptied", place => End(place) with { Proof = Convert.ToBase64String(new byte[64]) }),
            ("two logs at once for a time", place => (End(place) with { OverlapUntil = Timestamp.From(place.Time.Time.AddDays(2)) }).Prove(key)),
            ("of a key that is not in force", place => (End(place) with { Old = RotatedKey.Ends(other.VerifierKey) }).Prove(key)),
            ("while an execution is open", place => End(place)),
        })
        {
            yield return end;
        }
    }

    /// <summary>The fold of a log under genuine keys, with an execution open where the lie is of that, and the lie as its last entry.</summary>
    private string Folded(Func<Sequenced, Statement> lie)
    {
        using var first = StatementSigner.Generate();
        using var heads = NoteSigner.Generate(_place.Origin);
        var (state, rows) = (LedgerState.Empty, new List<(ReadOnlyMemory<byte>, ReadOnlyMemory<byte>?)>());
        foreach (var draft in new[]
        {
            Draft.OfPlane(p => Composition.Of(new GenesisStatement
            {
                Nonce = p.Nonce, Origin = p.Origin, Time = p.Time, Clock = p.Clock, Plane = p.Plane, HeadKey = heads.VerifierKey,
                StatementKeys = [StatementKey.Of(first.PublicKey, KeyRoles.Statement), StatementKey.Of(_place.Root.PublicKey, KeyRoles.Root)], Cause = "first", State = StateDigests.Empty.Digest, Predecessor = null,
            })),
            Said.Activated("law"),
            Said.Registered(_report, 1),
            Said.Decided(true, 1, 1, jti: 1),
            Draft.OfPlane(p => Composition.Of(lie(p))),
        })
        {
            var place = new Sequenced(new(state.Size), Timestamp.From(_place.Clock.GetUtcNow()), _place.Origin, new("fold", 1), new("test", 20), null, Said.Id(rows.Count), state);
            Assert.True(WrittenStatement.TryWrite(draft.Compose!(place).Statement!, out var written, out var error), error);
            rows.Add((Leaf.Write(Pae.Digest(written.Bytes.Span), first.Sign(written.Bytes.Span), first.PublicKey), written.Bytes));
            if (state.TryApply(written, null, out var next, out _))
            {
                state = next;
            }
        }

        var audit = new LogAudit(heads.VerifierKey, fold: new StateReplay().Apply);
        audit.Take(rows);
        return Named(audit.Finish(null, default, []), null);
    }

    /// <summary>What opening a ledger says, of a copy in which something was changed.</summary>
    private string Opened(string ledger, Place keys, string sql = "", Action<string>? change = null)
    {
        var folder = Directory.CreateTempSubdirectory("obstat-mutation-").FullName;
        try
        {
            var copy = new Place(folder, keys.Seed, _place.Root);
            Copy(ledger, copy.Ledger);
            change?.Invoke(copy.Ledger);
            if (sql.Length > 0)
            {
                using var file = Database.OpenWriter(copy.File, erases: false);
                Database.Run(file, sql);
                Assert.NotEqual(0L, Database.Scalar(file, "SELECT changes()"));
            }

            return Caught(() => copy.Open().Dispose());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>What a change of logs says of a copy of a ledger, with something in the place of the one that ended.</summary>
    private string Changed(string ledger, Place next, string? beside = null)
    {
        var folder = Directory.CreateTempSubdirectory("obstat-mutation-").FullName;
        try
        {
            var copy = new Place(folder, _place.Seed, _place.Root);
            Copy(ledger, copy.Ledger);
            if (beside is not null)
            {
                Copy(beside, Path.Combine(copy.Ended, _place.Origin));
                using var file = Database.OpenWriter(Path.Combine(copy.Ended, _place.Origin, "ledger.db"), erases: false);
                Database.Run(file, "UPDATE head SET origin = 'elsewhere.example'");
            }

            return Caught(() => LogChange.Finish(copy.Options, copy.Ended, copy.Keys(), next.Keys(), _place.Clock)).Replace(folder + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Linked(GenesisStatement genesis, string old, Func<string, bool>? changed = null)
        => Succession.Audit(new Exported(old, changed), genesis, withSignatures: true, new StateReplay(), (_, _) => { }, CancellationToken.None) ?? "nobody finds it";

    private string Heads(string old, byte[] seen) => Audit(old, _place.HeadKey, [("seen", seen)], new StateReplay(), AuditChecks.Heads);

    private static string Audit(string folder, VerifierKey key, (string, ReadOnlyMemory<byte>)[] seen, StateReplay fold, string check)
        => Named(ExportedLogAudit.Run(new Exported(folder), Trust.InLog(key), seen, withSignatures: true, fold.Apply, (_, _) => { }, CancellationToken.None), check);

    private static string Named(AuditReport report, string? check) => report.Findings.FirstOrDefault(f => check is null || f.Check == check) is { } found ? $"{found.Check} {found.Word}: {found.Detail}" : "nobody finds it";

    private Predecessor Earlier()
    {
        using var old = LedgerReader.Open(Ended);
        var (size, note) = old.PublishedFrom(1)!.Value;
        return new(_place.Origin, System.Text.Encoding.UTF8.GetString(note), size - 1);
    }

    private static byte[] Forged(Place of, long size)
    {
        using var thief = new HeadSigner(LogOrigin.Signer("t-1", of.Seed));
        return thief.TrySign(size, Digest.Of("forged"u8), out var forged) ? forged.Bytes.ToArray() : [];
    }

    /// <summary>A genesis under the genuine keys of the log that goes on, as the one entry of another one.</summary>
    private Proof.Json.JsonValue Signed(GenesisStatement genesis)
    {
        Assert.True(WrittenStatement.TryWrite(genesis, out var written, out var error), error);
        var leaf = Leaf.Write(Pae.Digest(written.Bytes.Span), _report.Sign(written.Bytes.Span), _report.PublicKey);
        using var heads = new HeadSigner(LogOrigin.Signer("t-1", _next.Seed));
        Assert.True(heads.TrySign(1, Proof.Merkle.TreeHash.Leaf(leaf), out var head));
        return new Receipt(head.Bytes, 0, [], leaf, written.Bytes).ToJson();
    }

    private static Proof.Json.JsonValue ReceiptOf(LedgerReader reader, long index, byte[] note, long size)
    {
        var (written, leaf) = reader.Entry(index);
        return new Receipt(note, index, [.. reader.Inclusion(index, size)], leaf, written.Bytes).ToJson();
    }

    private string Export(string ledger, string name)
    {
        var to = Path.Combine(_place.Folder, name);
        using var log = Serving.PublishedLog.Open(ledger);
        _ = Serving.LogFolder.Write(log, to, withStatements: true, _ => { }, CancellationToken.None);
        return to;
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var path = Path.Combine(to, Path.GetRelativePath(from, file));
            _ = Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Copy(file, path);
        }
    }

    private static string Caught(Action open)
    {
        try
        {
            open();
            return "nobody finds it";
        }
        catch (LedgerUnavailableException e)
        {
            return e.Message;
        }
    }

    /// <summary>An exported log, in which one bit in the middle of some files is another.</summary>
    private sealed class Exported(string folder, Func<string, bool>? changed = null) : IExportedLog
    {
        public IReadOnlyCollection<string> Paths { get; } = [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder, f))];

        public ReadOnlyMemory<byte> Read(string path)
        {
            var bytes = File.ReadAllBytes(Path.Combine(folder, path));
            if (changed?.Invoke(path) == true)
            {
                bytes[bytes.Length / 2] ^= 1;
            }

            return bytes;
        }
    }
}
