using Obstat.Core.Records;
using Obstat.Proof.Dsse;
using Obstat.Proof.Statements;

namespace Obstat.Core.Tests.Records;

/// <summary>What is written for the log is checked without reading its text again, and still is what a reader takes, or nothing.</summary>
public sealed class WrittenStatementTests
{
    private static readonly Sequenced Place = new(new(7), Timestamp.From(DateTimeOffset.UnixEpoch.AddDays(20_000)), "t-1.aaaaaaaaaa.obstat.internal", new("aaaaaaaaaa", 1), new("test", 20), null, Said.Id(3), LedgerState.Empty);

    private static DecisionStatement Decision => (DecisionStatement)Said.Decided(true, 1, 1, jti: 4, blob: new(Said.Sha("cipher"), new byte[40])).Compose!(Place).Statement!;

    [Fact]
    public void What_is_written_is_what_a_reader_takes()
    {
        using var report = StatementSigner.Generate();
        foreach (var draft in new[] { Said.Activated("law", 4), Said.Registered(report, 1), Said.Decided(true, 1, 1, jti: 4, blob: new(Said.Sha("cipher"), new byte[40])), Said.Refused(1, (2, 5)) })
        {
            var statement = draft.Compose!(Place).Statement!;
            Assert.True(WrittenStatement.TryWrite(statement, out var written, out var error), error);
            Assert.True(WrittenStatement.TryRead(written.Bytes.ToArray(), out var read, out error), error);
            Assert.Equal(statement.ToBytes(), written.Bytes.ToArray());
            Assert.Equal(written.Statement.ToBytes(), read.Statement.ToBytes());
            Assert.Equal(written.Digest, read.Digest);
        }
    }

    [Fact]
    public void What_no_reader_takes_is_not_written()
    {
        foreach (var statement in new[]
        {
            Decision with { Policies = ["b", "a"] },
            Decision with { Policies = ["a", "a"] },
            Decision with { Policies = ["\uFFFE"] },
            Decision with { Policies = ["\U0001FFFF"] },
            Decision with { Nonce = "short" },
            Decision with { Origin = "" },
            Decision with { Reason = "NotPermitted" },
            Decision with { Permit = null },
            Decision with { Trace = new string('x', 513) },
            Decision with { Decision = "maybe" },
            Decision with { Ep = Decision.Ep with { Seq = 0 } },
            Decision with { Identity = new("verified", "p-1", [.. Enumerable.Range(0, 200).Select(n => new string('p', 500) + n)]) },
            Decision with { RequestPlain = Said.Sha("another") },
        })
        {
            Assert.False(WrittenStatement.TryRead(statement.ToBytes(), out _, out _));
            Assert.False(WrittenStatement.TryWrite(statement, out _, out var error));
            Assert.NotEmpty(error);
        }
    }
}
