using Obstat.Core.Records;
using Obstat.Core.Tests.Records;
using Obstat.Proof.Dsse;

namespace Obstat.Storage.Tests;

/// <summary>A place with a ledger whose law and enforcement point are there.</summary>
public abstract class LedgerCase : IDisposable
{
    private protected readonly Place _place = new();
    private protected readonly StatementSigner _report = StatementSigner.Generate();

    public void Dispose()
    {
        _place.Dispose();
        _report.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected Ledger Armed(Place? place = null)
    {
        var ledger = (place ?? _place).Open();
        if (!ledger.State.Boots.ContainsKey(Said.Id(1)))
        {
            ledger.Append(Said.Activated("law"));
            ledger.Append(Said.Registered(_report, 1));
        }

        return ledger;
    }

    private protected static Draft Ask(bool allow, long seq, int jti = 0, TimeSpan? patience = null, string? body = null)
        => Said.Decided(allow, 1, seq, jti, blob: Place.Blob((int)seq), patience: patience ?? Place.Patience, body: body);
}
