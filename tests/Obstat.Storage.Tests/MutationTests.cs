using Obstat.Core.Records;
using Obstat.Core.Tests.Records;
using Obstat.Proof.Dsse;
using Obstat.Proof.Merkle;
using Obstat.Proof.Notes;
using Obstat.Proof.Statements;
using Obstat.Proof.Verification;
using Obstat.Storage.Databases;
using Obstat.Storage.Opening;
using Obstat.Storage.Publishing;
using Obstat.Storage.Queries;
using Obstat.Storage.Reading;
using Obstat.Tests;

namespace Obstat.Storage.Tests;

/// <summary>Every change of a ledger's own files that stands in the table of mutations, and what the plane calls it: at its start, while it runs, when indexes are made again. And what a replay of the state finds.</summary>
public sealed class MutationTests : IDisposable
{
    private const int Entries = 600;
    private const string OfEntry40 = "instr((SELECT CAST(statement AS TEXT) FROM entry WHERE idx = 40), lower(hex(cipher))) > 0";

    private readonly Place _place = new() { WholeMax = 0, StateEvery = 300 };
    private readonly StatementSigner _report = StatementSigner.Generate();
    private readonly string _older;

    public MutationTests()
    {
        _older = Path.Combine(_place.Folder, "older.db");
        using (var ledger = _place.Open())
        {
            ledger.Append(Said.Activated("law"));
            ledger.Append(Said.Registered(_report, 1));
            var decision = ledger.Append(Said.Decided(true, 1, 1, jti: 1, blob: Place.Blob(1), patience: Place.Patience));
            ledger.Append(Said.Ended(_report, decision, 1, 2, 1, null));
            var part = "permit(principal, action, resource);"u8.ToArray();
            ledger.Append(Draft.OfPlane(Said.Activated("law 2").Compose!, snapshots: [new(Proof.Digest.Of(part), part)]));
        }

        File.Copy(_place.File, _older);
        using (var ledger = _place.Open())
        {
            ledger.Append(Said.Registered(_report, 2));
            var asks = Enumerable.Range(1, Entries).Select(n => ledger.AppendAsync(Said.Decided(n % 3 == 0, 2, n, jti: n + 1, law: "law 2", blob: Place.Blob(n), patience: Place.Patience), default));
            Assert.All(Task.WhenAll(asks).GetAwaiter().GetResult(), r => r.Entry());
        }

        using var last = _place.Open();
        last.Append(Said.Decided(true, 2, 1_000, jti: 1_000, law: "law 2", blob: Place.Blob(1), patience: Place.Patience));
        last.Append(Said.Decided(false, 2, 1_001, law: "law 2", blob: Place.Blob(2), patience: Place.Patience));
        last.Abandon();
    }

    public void Dispose()
    {
        _place.Dispose();
        _report.Dispose();
    }

    [Fact]
    public void Every_change_of_a_ledger_is_found_at_the_start_under_the_name_in_the_table()
        => Mutations.Check(Finder.Start, [.. Rows("entry of the tail", "(SELECT max(idx) - 1 FROM entry)"), .. Whole(), .. Heads(), .. Folds(), .. Folders()]);

    [Fact]
    public void Every_change_of_what_a_start_does_not_read_is_found_by_the_scrubber_under_the_name_in_the_table()
        => Mutations.Check(Finder.Scrubber, new (string Of, string Done, string Sql)[]
        {
            ("entry before the fold", "a bit of its leaf changed", "UPDATE entry SET leaf = CAST(replace(leaf, 'P256', 'P257') AS BLOB) WHERE idx = 40"),
            ("entry before the fold", "with the statement of another entry", "UPDATE entry SET statement = (SELECT statement FROM entry WHERE idx = 41) WHERE idx = 40"),
            ("entry before the fold", "swapped with the next", "UPDATE entry SET (leaf, statement) = (SELECT leaf, statement FROM entry WHERE idx = 41) WHERE idx = 40"),
            ("entry before the fold", "removed", "DELETE FROM entry WHERE idx = 40"),
            ("tile", "of other entries", "UPDATE tile SET hashes = (SELECT hashes FROM tile WHERE n = 1 AND level = 0) WHERE n = 0 AND level = 0"),
            ("tile", "removed", "DELETE FROM tile WHERE n = 0 AND level = 0"),
            ("sealed blob", "removed", $"DELETE FROM blob WHERE {OfEntry40}"),
            ("sealed blob", "changed", $"UPDATE blob SET bytes = CAST(bytes || x'00' AS BLOB) WHERE {OfEntry40}"),
        }.Select(m => (m.Of, m.Done, new Func<string>(() => Scrubbed(m.Sql)))));

    [Fact]
    public void Every_change_of_the_index_of_ends_is_found_when_it_is_read_under_the_name_in_the_table()
        => Mutations.Check(Finder.Reading, new (string, string, Func<string>)[]
        {
            ("index of ends", "a row names another entry", () => Looked("UPDATE ending SET entry = entry + 1")),
            ("index of ends", "a row names a later entry than there is", () => Looked("UPDATE ending SET entry = 1000000")),
        });

    [Fact]
    public void Indexes_are_not_made_again_of_changed_entries_which_are_named_as_in_the_table()
        => Mutations.Check(Finder.Rebuild, new (string Of, string Done, string Sql)[]
        {
            ("entry", "removed", "DELETE FROM entry WHERE idx = 9"),
            ("entry", "with the statement of another entry", "UPDATE entry SET statement = (SELECT statement FROM entry WHERE idx = 10) WHERE idx = 9"),
            ("entry", "duplicated in place of the next", "UPDATE entry SET (leaf, statement) = (SELECT leaf, statement FROM entry WHERE idx = 10) WHERE idx = 9"),
            ("head row", "another root", "UPDATE head SET root = zeroblob(32)"),
            ("head row", "a smaller size", "UPDATE head SET size = size - 1"),
        }.Select(m => (m.Of, m.Done, new Func<string>(() =>
        {
            using var copy = _place.Copy();
            Edit(copy.File, m.Sql);
            return Finding.Of(() => DerivedIndexes.Rebuild(copy.Ledger, _ => { }, default));
        }))));

    [Fact]
    public void A_state_that_does_not_follow_is_found_by_folding_again_under_the_name_in_the_table()
        => Mutations.Check(Finder.Fold, new (string, string, Func<Sequenced, Statement>)[]
        {
            ("state entry", "another digest of a part", at => new StateStatement { Nonce = at.Nonce, Origin = at.Origin, Time = at.Time, Clock = at.Clock, Plane = at.Plane, Size = at.State.Size, Parts = StateDigests.Empty }),
            ("activation entry", "the one before it is another", at => (PolicyActivationStatement)Said.Activated("law 2").Compose!(at).Statement! with { Previous = Said.Sha("another") }),
            ("decision entry", "allowed under a snapshot that is not in force", at => Said.Decided(true, 1, 2, jti: 7, law: "another law", prev: p => p.Prev).Compose!(at).Statement!),
        }.Select(m => (m.Item1, m.Item2, new Func<string>(() => Finding.Of(FoldedLog.Audit(_place, _report, m.Item3), AuditChecks.State)))));

    private static IEnumerable<(string, string)> Changes(string at) =>
    [
        ("a bit of its leaf changed", $"UPDATE entry SET leaf = CAST(replace(leaf, 'P256', 'P257') AS BLOB) WHERE idx = {at}"),
        ("a bit of its statement changed", $"UPDATE entry SET statement = CAST(replace(statement, '\"errors\":[]', '\"errors\":[0]') AS BLOB) WHERE idx = {at}"),
        ("removed", $"DELETE FROM entry WHERE idx = {at}"),
        ("duplicated at the end", $"INSERT INTO entry SELECT origin, (SELECT max(idx) + 1 FROM entry), leaf, statement FROM entry WHERE idx = {at}"),
        ("the next one in its place", $"UPDATE entry SET (leaf, statement) = (SELECT leaf, statement FROM entry WHERE idx = {at} + 1) WHERE idx = {at}"),
        ("with the statement of the next", $"UPDATE entry SET statement = (SELECT statement FROM entry WHERE idx = {at} + 1) WHERE idx = {at}"),
        ("re-linked: its prev changed", $"UPDATE entry SET statement = CAST(replace(statement, '\"prev\":\"', '\"prev\":\"0') AS BLOB) WHERE idx = {at}"),
        ("of another log added", $"INSERT INTO entry SELECT 'another', (SELECT max(idx) + 1 FROM entry), leaf, statement FROM entry WHERE idx = {at}"),
    ];

    private IEnumerable<(string, string, Func<string>)> Rows(string of, string at)
        => Changes(at).Select(c => (of, c.Item1, new Func<string>(() => Started(c.Item2)))).Append((of, "the last removed", () => Started("DELETE FROM entry WHERE idx = (SELECT max(idx) FROM entry)")));

    /// <summary>What a start reads of a log whose fold was deleted: all of it.</summary>
    private IEnumerable<(string, string, Func<string>)> Whole() => Changes("12").Select(c => ("entry, fold deleted", c.Item1, c.Item2)).Concat(
    [
        ("sealed blob, fold deleted", "removed", "DELETE FROM blob"),
        ("sealed blob, fold deleted", "changed", "UPDATE blob SET bytes = CAST(bytes || x'00' AS BLOB)"),
        ("part of a snapshot, fold deleted", "changed", "UPDATE snapshot SET bytes = CAST(replace(bytes, 'permit', 'forbid') AS BLOB)"),
        ("tile, fold deleted", "a bit flipped", "UPDATE tile SET hashes = (SELECT hashes FROM tile WHERE n = 1 AND level = 0) WHERE n = 0 AND level = 0"),
        ("tile, fold deleted", "removed", "DELETE FROM tile WHERE n = 0 AND level = 0"),
    ]).Select(c => (c.Item1, c.Item2, new Func<string>(() => Started(c.Item3, place => File.Delete(Path.Combine(place.Ledger, "state.db"))))));

    private IEnumerable<(string, string, Func<string>)> Heads() => new (string, string, string)[]
    {
        ("head row", "another root", "UPDATE head SET root = zeroblob(32)"),
        ("head row", "another right edge", "UPDATE head SET edge = x'00'"),
        ("head row", "another state digest", "UPDATE head SET stateDigest = root"),
        ("head row", "a smaller size", "UPDATE head SET size = size - 1"),
        ("head row", "a later epoch", "UPDATE head SET epoch = epoch + 1"),
        ("head row", "removed", "DELETE FROM head"),
        ("published checkpoint", "a bit flipped", "UPDATE published SET note = CAST(replace(note, 'obstat', 'abstat') AS BLOB)"),
        ("published checkpoint", "the older one in the place of the newest", "UPDATE published SET note = (SELECT note FROM published ORDER BY size LIMIT 1) WHERE size = (SELECT max(size) FROM published)"),
        ("tile", "one too many", "INSERT INTO tile SELECT origin, 0, 99, hashes FROM tile WHERE n = 0 AND level = 0"),
        ("tables", "a trigger of somebody else", "CREATE TRIGGER t AFTER INSERT ON entry BEGIN DELETE FROM blob; END"),
    }.Select(c => (c.Item1, c.Item2, new Func<string>(() => Started(c.Item3))));

    private IEnumerable<(string, string, Func<string>)> Folds() => new (string, string)[]
    {
        ("a boot told as over", "UPDATE fold SET bytes = CAST(replace(bytes, '\"over\":false', '\"over\":true') AS BLOB)"),
        ("a smaller size", "UPDATE fold SET size = size - 1"),
        ("another seal", "UPDATE fold SET seal = CAST(replace(seal, 'execution-fold', 'execution-food') AS BLOB)"),
        ("emptied", "UPDATE fold SET bytes = x'00'"),
    }.Select(c => ("kept fold", c.Item1, new Func<string>(() =>
    {
        using var copy = _place.Copy();
        Edit(Path.Combine(copy.Ledger, "state.db"), c.Item2);
        using var ledger = copy.Open();
        return ledger.FoldRefused ?? Finding.None;
    }))).Append(("kept fold", "no database", () =>
    {
        using var copy = _place.Copy();
        File.WriteAllText(Path.Combine(copy.Ledger, "state.db"), new string('x', 4_096));
        using var ledger = copy.Open();
        return ledger.FoldRefused ?? Finding.None;
    }));

    private IEnumerable<(string, string, Func<string>)> Folders()
    {
        yield return ("ledger file", "an older copy restored", () => Started("", place => File.Copy(_older, place.File, overwrite: true)));
        yield return ("ledger file", "an older copy restored, guard deleted", () => Started("", place =>
        {
            File.Copy(_older, place.File, overwrite: true);
            Directory.Delete(Path.Combine(place.Ledger, "guard"), recursive: true);
        }));
        yield return ("ledger file", "deleted", () => Started("", place => File.Delete(place.File)));
        yield return ("ledger file", "cut in half", () => Started("", place =>
        {
            using var file = new FileStream(place.File, FileMode.Open);
            file.SetLength(file.Length / 2 / 4_096 * 4_096);
        }));
        yield return ("guard", "of another history", () => Started("", place =>
        {
            using var other = new HeadSigner(NoteSigner.Generate(place.Origin));
            Assert.True(other.TrySign(3, Said.Sha("root"), out var note));
            File.WriteAllBytes(Path.Combine(place.Ledger, "guard", place.Origin), note.Bytes.ToArray());
        }));
        yield return ("INSTANCE", "another", () => Started("", place => File.WriteAllText(Path.Combine(place.Ledger, "INSTANCE"), "aaaaaaaaaa\n")));
        yield return ("INSTANCE", "deleted", () => Started("", place => File.Delete(Path.Combine(place.Ledger, "INSTANCE"))));
        yield return ("head key", "another", () =>
        {
            using var copy = _place.Copy();
            using var other = new Place(copy.Folder, root: _place.Root) { WholeMax = 0, StateEvery = 300 };
            return Finding.Of(() => other.Open().Dispose());
        });
    }

    private string Started(string sql, Action<Place>? change = null)
    {
        using var copy = _place.Copy();
        change?.Invoke(copy);
        if (sql.Length > 0)
        {
            Edit(copy.File, sql);
        }

        return Finding.Of(() => copy.Open().Dispose());
    }

    private string Scrubbed(string sql)
    {
        using var copy = _place.Copy();
        Edit(copy.File, sql);
        using var reader = LedgerReader.Open(copy.Ledger, copy.Origin);
        using var genuine = LedgerReader.Open(_place.Ledger, _place.Origin);
        var published = TileGrowth.Resume(256, address => genuine.Tile(address)).ToEdge(); // one bundle: it begins anywhere
        return Finding.Of(() => new Scrubber(reader, copy.Clock).Step(published));
    }

    private string Looked(string sql)
    {
        using var copy = _place.Copy();
        using var reader = LedgerReader.Open(copy.Ledger, copy.Origin);
        using (var index = EndIndex.Open(copy.Ledger, copy.Origin))
        {
            _ = index.CatchUp(reader);
            Assert.NotNull(index.Of(reader, 4));
        }

        Edit(Path.Combine(copy.Ledger, EndIndex.FileName), sql);
        using var edited = EndIndex.Open(copy.Ledger, copy.Origin);
        _ = edited.CatchUp(reader);
        return Finding.Of(() => edited.Of(reader, 4));
    }

    private static void Edit(string path, string sql)
    {
        using var file = Database.OpenWriter(path, erases: false);
        Database.Run(file, sql);
    }
}
