using Obstat.Core.Tests.Records;
using Obstat.Proof.Dsse;
using Obstat.Proof.Leases;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;

namespace Obstat.Storage.Tests;

/// <summary>When the disk runs full, permits stop first, and what must be recorded still is.</summary>
public sealed class ReserveTests : IDisposable
{
    private const long Bytes = 1 << 20;

    private readonly StatementSigner _report = StatementSigner.Generate();
    private readonly Place _place;
    private long _free = 10 * Bytes;

    public ReserveTests() => _place = new Place { ReserveBytes = Bytes, FreeBytes = () => Interlocked.Read(ref _free) };

    private string File => Path.Combine(_place.Ledger, "reserve");

    public void Dispose()
    {
        _place.Dispose();
        _report.Dispose();
    }

    private Ledger Armed()
    {
        var ledger = _place.Open();
        ledger.Append(Said.Activated("law"));
        ledger.Append(Said.Registered(_report, 1));
        return ledger;
    }

    private static Core.Records.Draft Ask(bool allow, long seq, int jti = 0) => Said.Decided(allow, 1, seq, jti, blob: Place.Blob((int)seq), patience: Place.Patience);

    private void Free(Ledger ledger, long bytes)
    {
        _ = Interlocked.Exchange(ref _free, bytes);
        ledger.LookAtDisk();
    }

    [Fact]
    public void Below_the_reserve_nothing_is_permitted_and_denials_outcomes_revocations_and_halts_are_recorded()
    {
        using var ledger = Armed();
        Assert.Equal(Bytes, new FileInfo(File).Length);
        var allowed = ledger.Append(Ask(allow: true, 1, jti: 1));
        Free(ledger, Bytes - 1);
        Assert.True(ledger.IsDiskLow);
        Assert.False(System.IO.File.Exists(File));
        Assert.Equal(DenyReason.LedgerUnavailable, ledger.Refused(Ask(allow: true, 2, jti: 2)));
        Assert.IsType<DecisionStatement>(ledger.Append(Ask(allow: false, 2)).Written.Statement);
        Assert.IsType<OutcomeStatement>(ledger.Append(Said.Ended(_report, allowed, 1, 3, 1, null)).Written.Statement);
        var target = new StopTarget(ScopeKind.Principal, Said.Sha("alice"));
        Assert.IsType<HaltStatement>(ledger.Append(Said.Halted(target)).Written.Statement);
        Assert.IsType<RevocationStatement>(ledger.Append(Said.Revoked(target)).Written.Statement);
        Assert.Null(ledger.Failure);
    }

    [Fact]
    public void Permits_go_on_only_when_the_reserve_can_be_held_again()
    {
        using var ledger = Armed();
        Free(ledger, 0);
        Free(ledger, (2 * Bytes) - 1);
        Assert.Equal(DenyReason.LedgerUnavailable, ledger.Refused(Ask(allow: true, 1, jti: 1)));
        Free(ledger, 2 * Bytes);
        Assert.False(ledger.IsDiskLow);
        Assert.Equal(Bytes, new FileInfo(File).Length);
        Assert.NotNull(ledger.Append(Ask(allow: true, 1, jti: 1)));
    }

    [Fact]
    public void A_plane_that_starts_on_a_full_disk_permits_nothing()
    {
        Armed().Dispose();
        _free = 0;
        using var ledger = _place.Open();
        Assert.Equal(DenyReason.LedgerUnavailable, ledger.Refused(Ask(allow: true, 1, jti: 1)));
        Assert.NotNull(ledger.Append(Ask(allow: false, 1)));
    }
}
