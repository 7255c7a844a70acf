using Obstat.Core.Records;
using Obstat.Proof.Dsse;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;

namespace Obstat.Core.Tests.Records;

/// <summary>What the fold takes into the log, and what it refuses.</summary>
public sealed class FoldTests : FoldCase
{
    [Fact]
    public void An_allow_under_a_snapshot_that_is_no_longer_in_force_is_refused()
    {
        Armed().Require(Said.Activated("law 2"));
        Assert.Equal(DenyReason.Fault, Refusal(Said.Decided(true, 1, 1, jti: 1, law: "law")));
        _ledger.Require(Said.Decided(true, 1, 1, jti: 1, law: "law 2"));
    }

    [Fact]
    public void Times_in_the_log_never_decrease()
    {
        var ledger = Armed();
        var before = ledger.State.Time;
        ledger.Now = ledger.Now.AddHours(-1);
        Assert.Equal(before, ledger.Require(Said.Decided(false, 1, 1)).Written.Statement.Time);
    }

    [Fact]
    public void A_bundle_older_than_the_one_in_force_is_refused()
    {
        _ledger.Require(Said.Activated("law", 5));
        Assert.Equal(DenyReason.Fault, Refusal(Said.Activated("law 2", 4)));
        _ledger.Require(Said.Activated("law 2", 5));
    }

    [Fact]
    public void Only_the_root_of_genesis_announces_working_keys()
    {
        using var working = StatementSigner.Generate();
        Assert.Equal(DenyReason.Fault, Refusal(Said.KeySet(working, (KeyRoles.Statement, working))));
        _ledger.Require(Said.KeySet(_ledger.Root, (KeyRoles.Statement, working)));
        Assert.Equal(working.PublicKey.Kid, _ledger.State.StatementKey?.Kid);
    }

    [Fact]
    public void A_draft_that_moves_its_time_its_log_or_its_nonce_is_refused()
    {
        foreach (var change in new Func<PlaneStatement, PlaneStatement>[]
        {
            s => s with { Time = Timestamp.From(s.Time.Time.AddMilliseconds(1)) },
            s => s with { Origin = "t-2.aaaaaaaaaa.obstat.internal" },
            s => s with { Nonce = Said.Id(1) },
            s => s with { Plane = s.Plane with { Epoch = 2 } },
            s => s with { Clock = new("ntp", 21) },
        })
        {
            var activated = Said.Activated("law");
            Assert.Equal(DenyReason.Fault, Refusal(Draft.OfPlane(place => Composition.Of(change((PlaneStatement)activated.Compose!(place).Statement!)))));
        }
    }

    [Fact]
    public void A_statement_that_no_reader_would_take_is_not_recorded()
    {
        _ = Armed();
        var decided = Said.Decided(true, 1, 1, jti: 1);
        Assert.Equal(DenyReason.Fault, Refusal(Draft.OfPlane(place => Composition.Of((DecisionStatement)decided.Compose!(place).Statement! with { Permit = null }), Said.Id(1))));
        Assert.Equal(DenyReason.Fault, Refusal(Draft.OfPlane(_ => default)));
    }

    [Fact]
    public void Genesis_stands_at_index_0_and_nowhere_else()
        => Assert.Equal(DenyReason.Fault, Refusal(Draft.OfPlane(place => Composition.Of((GenesisStatement)_ledger.Statements.First() with { Nonce = place.Nonce, Time = place.Time }))));

    [Fact]
    public async Task A_recorder_believes_a_ledger_only_with_its_proof()
    {
        var recorder = new Recorded.Recorder(_ledger);
        var recorded = (await recorder.AppendAsync(Said.Activated("law"), default)).Match<Recorded?>(r => r, _ => null);
        Assert.Equal(1, recorded?.Index.Value);
        Assert.False(recorded!.IsAllowed);
        _ledger.Lies = true;
        Assert.Equal(DenyReason.LedgerUnavailable, (await recorder.AppendAsync(Said.Activated("law 2"), default)).Match(_ => DenyReason.Undecided, reason => reason));
    }

    [Fact]
    public async Task What_a_ledger_refuses_is_not_recorded()
    {
        _ledger.Refuses = DenyReason.Late;
        Assert.Equal(DenyReason.Late, (await new Recorded.Recorder(_ledger).AppendAsync(Said.Activated("law"), default)).Match(_ => DenyReason.Undecided, reason => reason));
    }
}
