using Obstat.Core.Records;
using Obstat.Proof.Dsse;
using Obstat.Proof.Reasons;

namespace Obstat.Core.Tests.Records;

/// <summary>A test of the fold, with a ledger in memory and the report key of an enforcement point.</summary>
public abstract class FoldCase : IDisposable
{
    private protected readonly FakeLedger _ledger = new();
    private protected readonly StatementSigner _report = StatementSigner.Generate();

    public void Dispose()
    {
        _ledger.Dispose();
        _report.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected FakeLedger Armed()
    {
        _ledger.Require(Said.Activated("law"));
        _ledger.Require(Said.Registered(_report, 1));
        return _ledger;
    }

    private protected DenyReason Refusal(Draft draft) => _ledger.Append(draft).Match(_ => DenyReason.Undecided, reason => reason);
}
