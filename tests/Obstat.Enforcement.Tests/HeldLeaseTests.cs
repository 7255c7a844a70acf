using System.Collections.Immutable;
using CsCheck;
using Obstat.Enforcement.Leases;
using Obstat.Proof.Jws;
using Obstat.Proof.Leases;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;

namespace Obstat.Enforcement.Tests;

/// <summary>What a lease is to its point, with clocks as arguments: silence stops it, nothing revives it, and only the right answer to its own beat prolongs it.</summary>
public sealed class HeldLeaseTests
{
    private static readonly PointBoot Me = new("gw-1", Random128.Next());
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Start = TimeSpan.FromHours(1);
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Margin = StopTimes.MarginMin;

    private readonly LeaseTable _table = new(Me, new StopTimes());

    private HeldLease Hold(TimeSpan? sent = null, long epoch = 1, string? id = null)
        => _table.Hold(new LeaseTerms(id ?? Random128.Next(), 10, epoch), Random128.Next(), LeaseClass.Stream, [Scope.All], sent ?? Start) ?? throw new InvalidOperationException("not held");

    private BeatRequest Beat(TimeSpan at) => Assert.Single(_table.NextBeats(at, Noon + (at - Start), Random128.Next, default, 0, 0));

    private static SignedBeat Yes(BeatRequest beat, long ttlMs = 10_000, long epoch = 1)
        => new(beat.Ep.Boot, beat.N, beat.Nonce, epoch, 0, 0, [.. beat.Leases.Select(l => new RenewedLease(l.Id, l.Seq, null, ttlMs))]);

    private static TimeSpan After(double seconds) => Start + TimeSpan.FromSeconds(seconds);

    private static DenyReason At(HeldLease lease, TimeSpan steady) => lease.Check(steady, Noon + (steady - Start));

    [Fact]
    public void A_lease_that_nobody_renews_ends_at_its_deadline_and_has_no_second_more()
    {
        var lease = Hold();
        Assert.Equal(DenyReason.Undecided, At(lease, Start + Ttl - Margin - TimeSpan.FromTicks(1)));
        Assert.Equal(DenyReason.PlaneUnavailable, At(lease, Start + Ttl - Margin));
        Assert.Equal("silence", lease.Stop!.Cause);
    }

    [Fact]
    public void Lease_deadline_counts_from_send()
    {
        var lease = Hold();
        var beat = Beat(After(1));
        Assert.True(_table.Take(Yes(beat), After(9.9)));
        Assert.Equal(After(1) + Ttl - Margin, lease.Deadline);
        Assert.Equal(DenyReason.PlaneUnavailable, At(lease, After(1) + Ttl - Margin));
    }

    [Fact]
    public void An_answer_after_the_deadline_buys_nothing_and_ends_the_lease_where_nobody_looked()
    {
        var lease = Hold();
        var beat = Beat(After(9));
        Assert.True(_table.Take(Yes(beat), After(10)));
        Assert.Equal(DenyReason.PlaneUnavailable, lease.Reason);
        Assert.Equal(DenyReason.PlaneUnavailable, At(lease, Start));
    }

    [Fact]
    public void A_lease_that_fell_is_not_renewed_by_any_answer()
    {
        var lease = Hold();
        var (one, two) = (Beat(After(1)), Beat(After(2)));
        lease.End(DenyReason.Revoked, "order", After(3), After(3));
        Assert.True(_table.Take(Yes(one), After(4)));
        Assert.True(_table.Take(Yes(two), After(4)));
        Assert.Equal(DenyReason.Revoked, At(lease, After(4)));
        Assert.Empty(_table.NextBeats(After(5), Noon, Random128.Next, default, 0, 0));
    }

    [Fact]
    public void Overlapping_beats_count_each_from_its_own_sending_and_the_latest_holds()
    {
        var lease = Hold();
        var (one, two) = (Beat(After(1)), Beat(After(4)));
        Assert.True(_table.Take(Yes(two), After(5)));
        Assert.True(_table.Take(Yes(one), After(6)));
        Assert.Equal(After(4) + Ttl - Margin, lease.Deadline);
    }

    [Fact]
    public void Only_the_answer_to_this_very_beat_counts_and_it_counts_once()
    {
        var lease = Hold();
        var before = lease.Deadline;
        var beat = Beat(After(1));
        var yes = Yes(beat);
        Assert.False(_table.Take(yes with { Nonce = Random128.Next() }, After(2)));
        Assert.False(_table.Take(yes with { Boot = Random128.Next() }, After(2)));
        Assert.False(_table.Take(yes with { N = beat.N + 1 }, After(2)));
        Assert.False(_table.Take(yes with { Epoch = 0 }, After(2)));
        Assert.False(_table.Take(yes with { Leases = [] }, After(2)));
        Assert.False(_table.Take(yes with { Leases = [yes.Leases[0] with { Seq = 2 }] }, After(2)));
        Assert.False(_table.Take(yes with { Leases = [yes.Leases[0] with { Id = Random128.Next() }] }, After(2)));
        Assert.Equal(before, lease.Deadline);
        Assert.True(_table.Take(yes, After(2)));
        Assert.False(_table.Take(yes, After(2)));
        Assert.True(lease.Deadline > before);
    }

    [Fact]
    public void A_deposed_plane_renews_nothing_and_permits_no_lease()
    {
        var lease = Hold();
        Assert.True(_table.TakesEpoch(2));
        var beat = Beat(After(1));
        Assert.False(_table.Take(Yes(beat, epoch: 1), After(2)));
        Assert.Null(_table.Hold(new LeaseTerms(Random128.Next(), 10, 1), Random128.Next(), LeaseClass.Stream, [], After(2)));
        Assert.True(_table.Take(Yes(beat, epoch: 2), After(2)));
        Assert.True(lease.Deadline > Start + Ttl);
    }

    [Fact]
    public void Nothing_renews_beyond_the_end_of_the_identity()
    {
        var lease = Hold();
        lease.EndBy(Noon + TimeSpan.FromSeconds(5));
        Assert.True(_table.Take(Yes(Beat(After(1))), After(2)));
        Assert.Equal(DenyReason.Undecided, At(lease, After(4.9)));
        Assert.Equal(DenyReason.Late, At(lease, After(5)));
        Assert.Equal("end", lease.Stop!.Cause);
    }

    [Fact]
    public void Whoever_stops_a_lease_that_was_silent_too_long_comes_too_late()
    {
        var lease = Hold();
        lease.End(DenyReason.Revoked, "order", After(11), After(11));
        Assert.Equal((DenyReason.PlaneUnavailable, "silence"), (lease.Reason, lease.Stop!.Cause));
    }

    [Fact]
    public void The_margin_grows_with_the_stops_that_were_measured()
    {
        var times = new StopTimes();
        Assert.Equal(StopTimes.MarginMin, times.Margin(LeaseClass.Stream));
        for (var i = 0; i < 200; i++)
        {
            times.Add(LeaseClass.Stream, TimeSpan.FromMilliseconds(i));
        }

        Assert.Equal(TimeSpan.FromMilliseconds(198), times.Margin(LeaseClass.Stream));
        Assert.Equal(StopTimes.MarginMin, times.Margin(LeaseClass.Process));
    }

    [Fact]
    public void More_leases_than_one_beat_carries_go_in_several_and_each_is_answered_for_itself()
    {
        var leases = Enumerable.Range(0, LeaseLimits.LeasesMax + 1).Select(_ => Hold()).ToArray();
        var beats = _table.NextBeats(After(1), Noon, Random128.Next, default, 0, 0);
        Assert.Equal([LeaseLimits.LeasesMax, 1], beats.Select(b => b.Leases.Length));
        Assert.True(PlaneMessage.TryRead<BeatRequest>(PlaneMessage.Write(beats[0]), out _, out var error), error.ToString());
        var key = SigningKey.Create(KeyRole.Lease);
        Assert.True(SignedBeat.TryVerify(Yes(beats[0], LeaseLimits.TtlMsMax).Sign(key), JwsKeySet.Of(key.Public), out _, out var refusal), refusal.ToString());
        Assert.True(_table.Take(Yes(beats[1]), After(2)));
        Assert.Equal(1, leases.Count(l => l.Deadline > Start + Ttl));
    }

    /// <summary>A reference of three lines: a lease ends at the first look at or after its deadline, and the wheel looks each 10 ms.</summary>
    [Fact]
    public void The_watchdogs_walk_ends_each_lease_within_a_slot_of_its_deadline_and_never_before()
        => Gen.Select(Gen.Int[0, 30_000].Array[1, 40], Gen.Int[1, 700].Array[1, 200]).Sample((sent, steps) =>
        {
            var table = new LeaseTable(Me, new StopTimes());
            var held = sent.Select(ms => table.Hold(new LeaseTerms(Random128.Next(), 1 + (ms % 50), 1), Random128.Next(), LeaseClass.Next, [], Start + TimeSpan.FromMilliseconds(ms))!).ToArray();
            var now = Start;
            foreach (var step in steps)
            {
                now += TimeSpan.FromMilliseconds(step);
                table.Sweep(now, Noon + (now - Start));
                var alive = held.Where(l => l.Reason == DenyReason.Undecided).Select(l => (TimeSpan?)l.Deadline).ToList();
                Assert.Equal(alive.Min(), table.EarliestEnd(now, Noon + (now - Start)));
                foreach (var lease in held)
                {
                    var ended = lease.Reason != DenyReason.Undecided;
                    Assert.False(ended && now < lease.Deadline, "ended before its deadline");
                    Assert.False(!ended && now >= lease.Deadline + TimeSpan.FromMilliseconds(10), $"lives {now - lease.Deadline} after its deadline");
                }
            }
        }, iter: 300);

    [Fact]
    public void A_halt_is_over_only_by_the_lift_that_names_it_and_does_not_come_back()
    {
        var stops = new PointStops();
        var scopes = ImmutableArray.Create(new Scope(ScopeKind.Principal, "a"));
        var (halt, other) = (Halt(), Halt());
        Assert.True(stops.Take(halt, null, Start));
        Assert.False(stops.Take(halt, null, Start));
        Assert.True(stops.Take(other, null, Start));
        Assert.Equal(DenyReason.Halted, stops.Find(scopes));
        Assert.True(stops.Take(halt with { Kind = OrderKind.Lift }, null, Start));
        Assert.Equal(DenyReason.Halted, stops.Find(scopes));
        Assert.True(stops.Take(other with { Kind = OrderKind.Lift }, null, Start));
        Assert.Null(stops.Find(scopes));
        Assert.False(stops.Take(halt, null, Start));
        Assert.Null(stops.Find(scopes));

        Order Halt() => new(1, OrderKind.Halt, scopes[0], "r", "op-1", 1, Random128.Next());
    }
}
