using System.Collections;
using System.Globalization;
using System.Reflection;
using Obstat.Core.Records;
using Obstat.Core.Tests.Records;
using Obstat.Proof;
using Obstat.Proof.Dsse;
using Obstat.Proof.Leases;
using Obstat.Proof.Merkle;
using Obstat.Proof.Notes;
using Obstat.Proof.Statements;
using Obstat.Storage.Databases;
using Obstat.Storage.Opening;
using Obstat.Storage.Publishing;
using Obstat.Storage.Reading;

namespace Obstat.Storage.Tests;

/// <summary>A start from the kept fold gives what a fold from genesis gives, reads the tail as strictly, and believes no fold without its seal.</summary>
public sealed class BoundedStartTests : IDisposable
{
    private const int Entries = 600;

    private readonly Place _place = new() { WholeMax = 0, StateEvery = 300 };
    private readonly StatementSigner _report = StatementSigner.Generate();

    public void Dispose()
    {
        _place.Dispose();
        _report.Dispose();
    }

    private string StateFile => Path.Combine(_place.Ledger, "state.db");

    /// <summary>A log with everything in its state that a log can have, a kept fold in its middle, and no clean stop.</summary>
    private void Grow(bool isClean = false)
    {
        using (var first = _place.Open())
        {
            first.Append(Said.Activated("law", 7));
            first.Append(Said.Registered(_report, 9, "gw-2"));
            first.Append(Said.Decided(true, 9, 3, jti: 900, point: "gw-2", blob: Place.Blob(1), patience: Place.Patience, lease: 900, epoch: first.State.Plane.Epoch));
            first.Append(Said.Registered(_report, 8, "gw-2")); // numbers 1 and 2 of boot 9 are missing
            foreach (var due in first.Sweep(_place.Clock.GetUtcNow()))
            {
                first.Append(Orphans.Close(due));
            }
        }

        using var ledger = _place.Open();
        ledger.Append(Said.Registered(_report, 1));
        ledger.Append(Said.Revoked(new(ScopeKind.Principal, Said.Sha("principal"))));
        ledger.Append(Said.Halted(new(ScopeKind.Tool, Said.Sha("tool"))));
        ledger.Append(Said.Decided(true, 1, 4_000, jti: 4_000, blob: Place.Blob(1), patience: Place.Patience, lease: 4_000, epoch: ledger.State.Plane.Epoch));
        var drafts = Enumerable.Range(1, Entries).Select(n => ledger.AppendAsync(Said.Decided(n % 3 == 0, 1, 2 * n, jti: n, blob: Place.Blob(n), patience: Place.Patience), default)).ToArray();
        var allowed = Task.WhenAll(drafts).GetAwaiter().GetResult().Select(r => r.Entry()).Where(e => ((DecisionStatement)e.Written.Statement).IsAllowed).ToArray();
        Digest? prev = null;
        for (var i = 0; i < 20; i++)
        {
            prev = ledger.Append(Said.Ended(_report, allowed[i], 1, (2 * i) + 1, (i * 3) + 3, prev)).Written.Digest;
        }

        if (isClean)
        {
            return;
        }

        ledger.Dispose();
        using var again = _place.Open();
        again.Append(Said.Decided(true, 1, 5_000, jti: 5_000, blob: Place.Blob(1), patience: Place.Patience));
        again.Append(Said.Refused(1, (5_001, 5_002)));
        again.Abandon();
    }

    private OpenedLog Whole()
    {
        using var connection = Database.OpenReader(_place.File);
        using var heads = _place.Heads();
        return WholeLog.Read(connection, heads, []);
    }

    private OpenedLog? Tail(out string? refused)
    {
        using var connection = Database.OpenReader(_place.File);
        using var reader = LedgerReader.Open(_place.Ledger, _place.Origin);
        using var folds = FoldFile.Open(_place.Ledger, out _);
        using var heads = _place.Heads();
        return folds.Read(heads, out refused) is { } kept ? TailLog.TryRead(connection, reader, heads, [], kept.Fold, kept.Seal, out refused) : null;
    }

    [Fact]
    public void The_state_from_a_kept_fold_is_that_from_genesis_in_every_property()
    {
        Grow();
        var (whole, tail) = (Whole(), Tail(out var refused));
        Assert.True(tail is not null, refused);
        Assert.True(whole.State.LastStateEntry > 300);
        foreach (var property in typeof(LedgerState).GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            // A property that this log leaves as it is at the beginning would be compared with nothing.
            Assert.True(property.Name == nameof(LedgerState.EndsWithState) || Dump(property.GetValue(whole.State)) != Dump(property.GetValue(LedgerState.Empty)), $"{property.Name}: Grow must say something of it");
            Assert.True(Dump(property.GetValue(whole.State)) == Dump(property.GetValue(tail.State)), $"{property.Name}: a kept fold and a fold from genesis differ");
        }

        Assert.Equal(whole.Edge, tail.Edge);
        Assert.Equal(whole.Published, tail.Published);
        Assert.Equal(whole.Epoch, tail.Epoch);
        Assert.Equal(whole.Tiles.ToEdge(), tail.Tiles.ToEdge());
        Assert.Equal(whole.Tiles.Started(0), tail.Tiles.Started(0));
    }

    [Fact]
    public void A_start_from_the_fold_goes_on_and_a_whole_reading_finds_nothing_wrong_with_it()
    {
        Grow();
        using (var ledger = _place.Open())
        {
            Assert.Null(ledger.FoldRefused);
            ledger.Append(Said.Decided(true, 1, 6_000, jti: 6_000, blob: Place.Blob(1), patience: Place.Patience));
        }

        Assert.Equal(Whole().Edge, Tail(out _)!.Edge);
        File.Delete(StateFile);
        using var whole = _place.Open(); // deleting it is always safe
        Assert.Null(whole.FoldRefused);
    }

    [Theory]
    [InlineData("UPDATE fold SET bytes = CAST(replace(bytes, '\"over\":false', '\"over\":true') AS BLOB)")]
    [InlineData("UPDATE fold SET bytes = CAST(replace(bytes, '[\"law\",7]', '[\"law\",6]') AS BLOB)")]
    [InlineData("UPDATE fold SET size = size - 1")]
    [InlineData("UPDATE fold SET seal = CAST(replace(seal, 'execution-fold', 'execution-food') AS BLOB)")]
    [InlineData("UPDATE fold SET bytes = x'00'")]
    public void An_edited_fold_is_noticed_told_and_made_again_from_the_entries(string edit)
    {
        Grow();
        using (var file = Database.OpenWriter(StateFile, erases: false))
        {
            Database.Run(file, edit);
        }

        var expected = Whole().State;
        using var ledger = _place.Open();
        Assert.Contains("state.db", ledger.FoldRefused, StringComparison.Ordinal);
        Assert.True(ledger.State.Parts.Digests == expected.Parts.Digests);
        Assert.False(ledger.State.Boots[Said.Id(1)].IsOver);
    }

    [Fact]
    public void A_file_that_is_no_fold_at_all_is_noticed_and_made_again()
    {
        Grow();
        File.WriteAllText(StateFile, "not a database, and longer than the header of one; not a database, and longer than the header of one");
        using (var ledger = _place.Open())
        {
            Assert.NotNull(ledger.FoldRefused);
        }

        Assert.NotNull(Tail(out _));
    }

    [Fact]
    public void A_fold_of_another_history_under_the_right_seal_is_not_taken()
    {
        Grow();
        var whole = Whole();
        using (var heads = _place.Heads())
        using (var file = Database.OpenWriter(StateFile, erases: false))
        using (var command = Database.Prepare(file, "UPDATE fold SET bytes = $1, seal = $2", 2))
        {
            Assert.True(heads.TryResume(whole.Edge.Size, whole.Edge.Root));
            var fold = System.Text.Encoding.UTF8.GetString((byte[])Database.Scalar(file, "SELECT bytes FROM fold")!);
            var (root, size) = (fold.IndexOf("\"root\":\"", StringComparison.Ordinal) + 8, (long)Database.Scalar(file, "SELECT size FROM fold")!);
            var bytes = System.Text.Encoding.UTF8.GetBytes(fold[..root] + Said.Sha("another").ToHex() + fold[(root + 64)..]);
            Assert.True(heads.TrySign(new FoldSeal(_place.Origin, size, Digest.Of(bytes)), out var seal));
            (command.Parameters[0].Value, command.Parameters[1].Value) = (bytes, seal.Bytes.ToArray());
            Assert.Equal(1, command.ExecuteNonQuery());
        }

        using var ledger = _place.Open();
        Assert.NotNull(ledger.FoldRefused);
    }

    [Fact]
    public void A_ledger_older_than_its_fold_is_refused_without_guard_or_witness()
    {
        var copy = Path.Combine(_place.Folder, "copy.db");
        using (var ledger = _place.Open())
        {
            ledger.Append(Said.Activated("law"));
        }

        File.Copy(_place.File, copy);
        Grow(isClean: true);
        File.Copy(copy, _place.File, overwrite: true);
        Directory.Delete(Path.Combine(_place.Ledger, "guard"), recursive: true);
        Assert.Contains("a sealed fold of size", _place.Refusal(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("removed", "DELETE FROM entry WHERE idx = $1", "entry")]
    [InlineData("cut", "DELETE FROM entry WHERE idx = (SELECT max(idx) FROM entry)", "")]
    [InlineData("duplicated", "INSERT INTO entry SELECT origin, (SELECT max(idx) + 1 FROM entry), leaf, statement FROM entry WHERE idx = $1", "entry")]
    [InlineData("swapped", "UPDATE entry SET (leaf, statement) = (SELECT leaf, statement FROM entry WHERE idx = $1 + 1) WHERE idx = $1", "entry")]
    [InlineData("re-linked", "UPDATE entry SET statement = CAST(replace(statement, '\"prev\":\"', '\"prev\":\"0') AS BLOB) WHERE idx = $1", "entry")]
    [InlineData("edge", "UPDATE head SET edge = x'00'", "head")]
    [InlineData("state digest", "UPDATE head SET stateDigest = root", "head")]
    [InlineData("size", "UPDATE head SET size = size - 1", "head")]
    [InlineData("tile", "INSERT INTO tile SELECT origin, 0, 99, hashes FROM tile WHERE n = 0 AND level = 0", "tile")]
    [InlineData("another log", "INSERT INTO entry SELECT 'another', (SELECT max(idx) + 1 FROM entry), leaf, statement FROM entry WHERE idx = $1", "entry")]
    [InlineData("published", "UPDATE published SET note = (SELECT note FROM published ORDER BY size LIMIT 1) WHERE size = (SELECT max(size) FROM published)", "published")]
    public void What_was_changed_in_the_tail_is_named_by_a_start_from_the_fold(string what, string edit, string named)
    {
        Grow();
        Assert.NotNull(Tail(out _));
        using (var file = Database.OpenWriter(_place.File, erases: false))
        using (var command = Database.Prepare(file, edit, edit.Contains("$1", StringComparison.Ordinal) ? 1 : 0))
        {
            if (command.Parameters.Count > 0)
            {
                // One that a start from the fold reads; the newest is an entry of the last start.
                command.Parameters[0].Value = (long)Database.Scalar(file, "SELECT max(idx) - 1 FROM entry")!;
            }

            Assert.True(command.ExecuteNonQuery() > 0, what);
        }

        Assert.Contains(named, _place.Refusal(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UPDATE entry SET leaf = CAST(replace(leaf, 'P256', 'P257') AS BLOB) WHERE idx = 40", "entry 40")]
    [InlineData("UPDATE entry SET statement = (SELECT statement FROM entry WHERE idx = 41) WHERE idx = 40", "entry 40")]
    [InlineData("DELETE FROM entry WHERE idx = 40", "entry 40")]
    [InlineData("UPDATE tile SET hashes = (SELECT hashes FROM tile WHERE n = 1 AND level = 0) WHERE n = 0 AND level = 0", "entry 0")]
    [InlineData("DELETE FROM blob", "entry")]
    [InlineData("UPDATE blob SET bytes = CAST(bytes || x'00' AS BLOB)", "entry")]
    public void What_was_changed_before_the_fold_is_named_by_the_scrubber_and_stops_the_ledger(string edit, string named)
    {
        Grow();
        using (var ledger = _place.Open())
        {
            Assert.Null(ledger.FoldRefused);
            using (var file = Database.OpenWriter(_place.File, erases: false))
            {
                Database.Run(file, edit);
            }

            using var reader = ledger.Read();
            var edge = Proof.Merkle.TileGrowth.Resume(512, address => reader.Tile(address));
            var scrubber = new Scrubber(reader, _place.Clock);
            Assert.Contains(named, Assert.Throws<LedgerUnavailableException>(() => Enumerable.Range(0, 2).ToList().ForEach(_ => scrubber.Step(edge.ToEdge()))).Message, StringComparison.Ordinal);
            ledger.Abandon();
        }

        using var whole = new Place(_place.Folder, _place.Seed, _place.Root);
        Assert.NotEmpty(whole.Refusal());
    }

    [Fact]
    public void The_scrubber_reads_everything_once_a_pass_and_then_waits_for_the_next_day()
    {
        Grow();
        using var reader = LedgerReader.Open(_place.Ledger, _place.Origin);
        var edge = TileGrowth.Resume(512, address => reader.Tile(address)).ToEdge();
        var scrubber = new Scrubber(reader, _place.Clock);
        scrubber.Step(edge);
        scrubber.Step(edge);
        using (var file = Database.OpenWriter(_place.File, erases: false))
        {
            Database.Run(file, "DELETE FROM entry WHERE idx < 512");
        }

        scrubber.Step(edge);
        _place.Clock.Move(TimeSpan.FromDays(1));
        Assert.Throws<LedgerUnavailableException>(() => scrubber.Step(edge));
    }

    /// <summary>Everything that can be seen of a value, the order of dictionaries left out.</summary>
    private static string Dump(object? value) => value switch
    {
        null => "null",
        Statement statement => System.Text.Encoding.UTF8.GetString(statement.ToBytes()),
        VerifierKey or Digest or Timestamp or EntryIndex or string => $"{value}",
        StateTree tree => $"{tree.Digest}:{tree.Count}",
        StateParts parts => string.Join(',', StateDigests.Names.Select(name => Dump(parts[name]))),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        bool flag => flag ? "true" : "false",
        IDictionary dictionary => "{" + string.Join(',', dictionary.Keys.Cast<object>().Select(k => $"{Dump(k)}:{Dump(dictionary[k])}").Order(StringComparer.Ordinal)) + "}",
        IEnumerable items => "[" + string.Join(',', items.Cast<object?>().Select(Dump)) + "]",
        System.Runtime.CompilerServices.ITuple tuple => "(" + string.Join(',', Enumerable.Range(0, tuple.Length).Select(i => Dump(tuple[i]))) + ")",
        _ => "<" + string.Join(',', value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(p => $"{p.Name}={Dump(p.GetValue(value))}")) + ">",
    };
}
