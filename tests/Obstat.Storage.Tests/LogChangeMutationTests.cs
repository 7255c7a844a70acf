using Obstat.Core.Tests.Records;
using Obstat.Proof;
using Obstat.Proof.Leases;
using Obstat.Proof.Notes;
using Obstat.Proof.Verification;
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

        LedgerFolder.Copy(_place.Ledger, Before);
        using (var ledger = _place.Open())
        {
            ledger.End(_next);
            _size = ledger.State.Size;
        }

        LedgerFolder.Copy(_place.Ledger, Ended);
        _place.Finish(_next);
        using (var ledger = _next.Open())
        {
            ledger.Append(Said.Activated("law 2"));
        }

        LedgerFolder.Copy(_next.Ledger, Begun);
    }

    /// <summary>The ledger before its end.</summary>
    private string Before => Path.Combine(_place.Folder, "before");

    /// <summary>The ledger that ended, where it was.</summary>
    private string Ended => Path.Combine(_place.Folder, "after");

    /// <summary>The ledger that goes on.</summary>
    private string Begun => Path.Combine(_place.Folder, "begun");

    [Fact]
    public void Every_lie_about_the_end_of_a_log_is_found_by_folding_it_again_under_the_name_in_the_table()
    {
        var lies = new LogEndLies(_next);
        Mutations.Check(Finder.End, lies.Each().Append((Done: "while an execution is open", Lie: lies.Truth))
            .Select(e => ("end of a log", e.Done, new Func<string>(() => Finding.Of(FoldedLog.Audit(_place, _report, e.Lie))))));
    }

    [Fact]
    public void Every_change_of_a_log_that_ended_or_goes_on_is_found_by_the_plane_under_the_name_in_the_table()
        => Mutations.Check(Finder.Change, new (string, string, Func<string>)[]
        {
            ("log that ended", "opened again", () => Opened(Ended, _place)),
            ("log that ended", "its last entry removed", () => Opened(Ended, _place, "DELETE FROM entry WHERE idx = (SELECT max(idx) FROM entry)")),
            ("log that ended", "an older copy of it, which did not end, opened again", () => Opened(Ended, _place, change: folder => File.Copy(Path.Combine(Before, "ledger.db"), Path.Combine(folder, "ledger.db"), overwrite: true))),
            ("log that ended", "a head after its end, by a thief of its key", () => Opened(Ended, _place, change: folder => File.WriteAllBytes(Path.Combine(folder, "guard", _place.Origin), _place.Forge(_size + 100).Bytes.ToArray()))),
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
        var (old, begun, before) = (Exported(Ended, "old"), Exported(Begun, "new"), Exported(Before, "before-exported"));
        using var ended = LedgerReader.Open(Ended);
        var link = new LinkOfLogs(old, _place.HeadKey, begun);
        Assert.Equal(Finding.None, link.Audit());
        Mutations.Check(Finder.Both, link.Lies().Select(lie => (lie.Of, lie.Done, lie.Find)).Concat(
        [
            ("genesis that goes on", "an earlier head of the old log named", () => LinkOfLogs.Audit(link.Genesis with { Predecessor = FollowingPoint.EarlierHead(ended) }, old)),
            ("log that ended", "an older copy of it, which did not end", () => LinkOfLogs.Audit(link.Genesis, before)),
            ("log that ended", "a head after its end, by a thief of its key", () => Finding.Of(new ExportedFolder(old).Audit(_place.HeadKey, seen: ("seen", _place.Forge(_size + 1).Bytes)), AuditChecks.Heads)),
            ("log that goes on", "folded without the state that it carries", () => Finding.Of(new ExportedFolder(begun).Audit(_next.HeadKey), AuditChecks.State)),
        ]));
    }

    [Fact]
    public void Every_lie_about_the_log_that_goes_on_is_found_by_the_point_that_would_follow_under_the_name_in_the_table()
    {
        using var point = new FollowingPoint(_place, Ended, _next, Begun, _seen);
        Assert.Equal($"follows {_next.Origin}", point.Follow(point.Truth));
        Mutations.Check(Finder.Follow, point.Lies().Select(lie => (lie.Of, lie.Done, lie.Follow)));
    }

    /// <summary>What opening a ledger says, of a copy in which something was changed.</summary>
    private static string Opened(string ledger, Place keys, string sql = "", Action<string>? change = null)
    {
        using var copy = keys.Copy(ledger);
        change?.Invoke(copy.Ledger);
        if (sql.Length > 0)
        {
            using var file = Database.OpenWriter(copy.File, erases: false);
            Database.Run(file, sql);
            Assert.NotEqual(0L, Database.Scalar(file, "SELECT changes()"));
        }

        return Finding.Of(() => copy.Open().Dispose());
    }

    /// <summary>What a change of logs says of a copy of a ledger, with something in the place of the one that ended.</summary>
    private string Changed(string ledger, Place next, string? beside = null)
    {
        using var copy = _place.Copy(ledger);
        if (beside is not null)
        {
            LedgerFolder.Copy(beside, Path.Combine(copy.Ended, _place.Origin));
            using var file = Database.OpenWriter(Path.Combine(copy.Ended, _place.Origin, "ledger.db"), erases: false);
            Database.Run(file, "UPDATE head SET origin = 'elsewhere.example'");
        }

        return Finding.Of(() => copy.Finish(next)).Replace(copy.Folder + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);
    }

    private string Exported(string ledger, string name)
    {
        var to = Path.Combine(_place.Folder, name);
        _ = ExportedFolder.Write(ledger, to);
        return to;
    }
}
