using Obstat.Core.Records;
using Obstat.Proof.Dsse;
using Obstat.Proof.Leases;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;

namespace Obstat.Core.Tests.Records;

/// <summary>What leases, revocations and halts do to the state.</summary>
public sealed class StopFoldTests : IDisposable
{
    private static readonly StopTarget Agent = StopTarget.Of(new Scope(ScopeKind.Principal, "Agent::a"), "pepper"u8);

    private readonly FakeLedger _ledger = new();
    private readonly StatementSigner _report = StatementSigner.Generate();

    public StopFoldTests()
    {
        _ = _ledger.Require(Said.Activated("law"));
        _ = _ledger.Require(Said.Registered(_report, 1));
    }

    public void Dispose()
    {
        _ledger.Dispose();
        _report.Dispose();
    }

    private DenyReason Refusal(Draft draft) => _ledger.Append(draft).Match(_ => DenyReason.Undecided, reason => reason);

    private LeaseEvent Event(string what, int lease = 5, int jti = 7, bool isEnd = false)
        => new(Said.Id(jti), Said.Id(lease), what, isEnd ? Timestamp.From(_ledger.Now.AddSeconds(12)) : null, isEnd ? "Revoked" : null);

    [Fact]
    public void An_allow_with_a_lease_is_not_orphaned_while_the_lease_stands()
    {
        _ = _ledger.Require(Said.Decided(true, 1, 1, jti: 7, lease: 5));
        _ = _ledger.Require(Said.Leases(Event(LeaseEvent.Opened)));
        Assert.True(_ledger.State.Leases[Said.Id(5)].IsOpened);
        Assert.Empty(_ledger.Sweep(_ledger.Now.AddDays(1)));
        _ledger.Now = _ledger.Now.AddMinutes(30);
        _ = _ledger.Require(Said.Leases(Event(LeaseEvent.Lost, isEnd: true)));
        Assert.Empty(_ledger.State.Leases);
        Assert.Empty(_ledger.Sweep(_ledger.Now.AddSeconds(12 + 59)));
        _ledger.Now = _ledger.Now.AddSeconds(12 + 61);
        _ = _ledger.Require(Orphans.Close(Assert.Single(_ledger.Sweep(_ledger.Now))));
    }

    [Fact]
    public void An_outcome_ends_the_lease_and_leaves_the_state_digest_as_it_was()
    {
        var before = _ledger.State.Parts.Digests.Digest;
        var decision = _ledger.Require(Said.Decided(true, 1, 1, jti: 7, lease: 5));
        _ = _ledger.Require(Said.Leases(Event(LeaseEvent.Opened), Event(LeaseEvent.ReDecided)));
        _ = _ledger.Require(Said.Ended(_report, decision, 1, 2, 7, prev: null));
        Assert.Empty(_ledger.State.Leases);
        Assert.Equal(before, _ledger.State.Parts.Digests.Digest);
    }

    [Fact]
    public void An_event_of_a_lease_that_nobody_holds_of_another_permit_or_twice_is_refused()
    {
        _ = _ledger.Require(Said.Decided(true, 1, 1, jti: 7, lease: 5));
        Assert.Equal(DenyReason.Fault, Refusal(Said.Leases(Event(LeaseEvent.Opened, lease: 6))));
        Assert.Equal(DenyReason.Fault, Refusal(Said.Leases(Event(LeaseEvent.Opened, jti: 8))));
        Assert.Equal(DenyReason.Fault, Refusal(Said.Leases(Event("granted"))));
        _ = _ledger.Require(Said.Leases(Event(LeaseEvent.Opened)));
        Assert.Equal(DenyReason.Fault, Refusal(Said.Leases(Event(LeaseEvent.Opened))));
        _ = _ledger.Require(Said.Leases(Event(LeaseEvent.Revoked, isEnd: true)));
        Assert.Equal(DenyReason.Fault, Refusal(Said.Leases(Event(LeaseEvent.Ended, isEnd: true))));
    }

    [Fact]
    public void No_allow_is_recorded_while_everything_is_halted()
    {
        var all = StopTarget.Of(Scope.All, "pepper"u8);
        _ = _ledger.Require(Said.Halted(all));
        Assert.Equal(DenyReason.Fault, Refusal(Said.Decided(true, 1, 1, jti: 7)));
        Assert.Contains("halted", _ledger.LastDetail, StringComparison.Ordinal);
        _ = _ledger.Require(Said.Decided(false, 1, 1));
        _ = _ledger.Require(Said.Halted(all, lift: true));
        _ = _ledger.Require(Said.Decided(true, 1, 2, jti: 7));
    }

    [Fact]
    public void A_lease_under_another_epoch_or_with_an_id_in_use_is_refused()
    {
        Assert.Equal(DenyReason.Fault, Refusal(Said.Decided(true, 1, 1, jti: 7, lease: 5, epoch: 2)));
        _ = _ledger.Require(Said.Decided(true, 1, 1, jti: 7, lease: 5));
        Assert.Equal(DenyReason.Fault, Refusal(Said.Decided(true, 1, 2, jti: 8, lease: 5)));
    }

    [Fact]
    public void A_kept_fold_gives_leases_revocations_and_halts_again()
    {
        _ = _ledger.Require(Said.Decided(true, 1, 1, jti: 7, lease: 5));
        _ = _ledger.Require(Said.Leases(Event(LeaseEvent.Opened)));
        _ = _ledger.Require(Said.Revoked(Agent));
        _ = _ledger.Require(Said.Halted(Agent));
        var kept = _ledger.State;
        Assert.True(StopFold.TryRestore(ref kept));
        Assert.Equal(kept.Leases[Said.Id(5)], _ledger.State.Leases[Said.Id(5)]);
        Assert.Equal(Said.Id(5), kept.Open[Said.Id(7)].Lease);
        Assert.True(kept.Revoked.SetEquals(_ledger.State.Revoked) && kept.Halts.SetEquals(_ledger.State.Halts));
        Assert.Single(kept.Halts);
    }

    [Fact]
    public void A_revocation_stays_for_ever_and_moves_the_state_digest()
    {
        var before = _ledger.State.Parts.Digests.Digest;
        _ = _ledger.Require(Said.Revoked(Agent));
        Assert.Contains(Agent, _ledger.State.Revoked);
        Assert.NotEqual(before, _ledger.State.Parts.Digests.Digest);
        Assert.DoesNotContain(StopTarget.Of(new Scope(ScopeKind.Principal, "Agent::a"), "other"u8), _ledger.State.Revoked);
        Assert.DoesNotContain(StopTarget.Of(new Scope(ScopeKind.Key, "Agent::a"), "pepper"u8), _ledger.State.Revoked);
    }

    [Fact]
    public void A_halt_is_lifted_only_where_it_stands_and_by_two()
    {
        var before = _ledger.State.Parts.Digests.Digest;
        Assert.Equal(DenyReason.Fault, Refusal(Said.Halted(Agent, lift: true)));
        _ = _ledger.Require(Said.Halted(Agent));
        Assert.Contains(Agent, _ledger.State.Halts);
        _ = _ledger.Require(Said.Halted(Agent, lift: true));
        Assert.Empty(_ledger.State.Halts);
        Assert.Equal(before, _ledger.State.Parts.Digests.Digest);
        Assert.False(WrittenStatement.TryWrite((HaltStatement)_ledger.Statements.Last() with { Approvals = ["a"] }, out _, out _));
        Assert.False(WrittenStatement.TryWrite((HaltStatement)_ledger.Statements.Last() with { IsLift = false }, out _, out _));
    }

    [Fact]
    public void One_operator_arms_a_point_again_and_ends_no_other_halt()
    {
        var point = StopTarget.Of(new Scope(ScopeKind.EnforcementPoint, "gateway"), "pepper"u8);
        Assert.Equal(DenyReason.Fault, Refusal(Said.Halted(point, rearm: true)));
        _ = _ledger.Require(Said.Halted(point));
        _ = _ledger.Require(Said.Halted(point, rearm: true));
        Assert.Empty(_ledger.State.Halts);
        var rearmed = (HaltStatement)_ledger.Statements.Last();
        Assert.True(rearmed.IsRearm);
        Assert.True(WrittenStatement.TryWrite(rearmed, out _, out _));
        Assert.False(WrittenStatement.TryWrite(rearmed with { Scope = Agent }, out _, out _));
        Assert.False(WrittenStatement.TryWrite(rearmed with { IsLift = false }, out _, out _));
        Assert.False(WrittenStatement.TryWrite(rearmed with { Approvals = [] }, out _, out _));
    }
}
