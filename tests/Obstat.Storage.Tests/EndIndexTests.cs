using Obstat.Proof.Statements;
using Obstat.Storage.Databases;
using Obstat.Storage.Queries;

namespace Obstat.Storage.Tests;

/// <summary>What ended which decision is found without reading the log again, and never believed without its entry.</summary>
public sealed class EndIndexTests : LedgerCase
{
    private long _decision;
    private long _outcome;

    private Ledger WithOutcome()
    {
        var ledger = Armed();
        var allowed = ledger.Append(Ask(allow: true, 1, jti: 7));
        _ = ledger.Append(Ask(allow: true, 2, jti: 8));
        var ended = ledger.Append(Obstat.Core.Tests.Records.Said.Ended(_report, allowed, 1, 3, 7, null));
        (_decision, _outcome) = (allowed.Index.Value, ended.Index.Value);
        return ledger;
    }

    [Fact]
    public void The_outcome_of_a_decision_is_found_also_by_a_later_start_and_an_open_one_has_none()
    {
        using var ledger = WithOutcome();
        using var reader = ledger.Read();
        for (var start = 0; start < 2; start++)
        {
            using var index = EndIndex.Open(ledger.Folder, ledger.Origin);
            Assert.Equal(reader.Size(), index.CatchUp(reader));
            var (statement, entry) = index.Of(reader, _decision)!.Value;
            Assert.Equal((_outcome, "succeeded"), (entry, Assert.IsType<OutcomeStatement>(statement).Result));
            Assert.Null(index.Of(reader, _decision + 1));
        }
    }

    [Fact]
    public void An_edited_row_is_named_and_not_believed()
    {
        using var ledger = WithOutcome();
        using var reader = ledger.Read();
        using var index = EndIndex.Open(ledger.Folder, ledger.Origin);
        _ = index.CatchUp(reader);
        using (var file = Database.OpenUnsynced(Path.Combine(ledger.Folder, EndIndex.FileName)))
        {
            Database.Run(file, "UPDATE ending SET decision = decision + 1");
        }

        Assert.Contains("index.db: expected the end of decision", Assert.Throws<LedgerUnavailableException>(() => index.Of(reader, _decision + 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_index_or_of_a_longer_log_is_made_again()
    {
        using var ledger = WithOutcome();
        using var reader = ledger.Read();
        var path = Path.Combine(ledger.Folder, EndIndex.FileName);
        File.WriteAllText(path, "no database");
        using (var made = EndIndex.Open(ledger.Folder, ledger.Origin))
        {
            _ = made.CatchUp(reader);
            Assert.NotNull(made.Of(reader, _decision));
        }

        using (var file = Database.OpenUnsynced(path))
        {
            Database.Run(file, "UPDATE progress SET size = 1000000");
            Database.Run(file, "UPDATE ending SET entry = 999999");
        }

        using var again = EndIndex.Open(ledger.Folder, ledger.Origin);
        _ = again.CatchUp(reader);
        Assert.Equal(_outcome, again.Of(reader, _decision)!.Value.Entry);
    }
}
