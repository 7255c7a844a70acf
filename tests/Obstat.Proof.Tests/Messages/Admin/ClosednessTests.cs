using Obstat.Proof.Messages;
using Obstat.Proof.Messages.Admin;
using Obstat.Proof.Reasons;

namespace Obstat.Proof.Tests.Messages.Admin;

/// <summary>The two first lines of every face: shut, as far as it is proved; serving, as far as it is known.</summary>
public sealed class ClosednessTests
{
    private const long Interval = 15_000;
    private const long Max = Closedness.IntervalsMax * Interval;

    private static readonly ProofOfClosure Good = new(90_000, 7_000, 9_000, null, 0, null);

    private static PointShown Point(ProofOfClosure? proof, long heard = 1_000, long registered = 100_000) => new("p", "gateway", "b", 3, heard, registered, 0, proof, [], null);

    private static Closedness Of(params PointShown[] points) => Closedness.Of([.. points], Interval);

    [Fact]
    public void Closed_is_as_old_as_the_oldest_proof_of_all_connected_points()
        => Assert.Equal(new Closedness(ClosedState.Closed, 12_000), Of(Point(Good), Point(Good with { ClosedMs = 12_000 }), Point(Good with { ClosedMs = 3 })));

    [Fact]
    public void Beyond_three_intervals_it_is_not_proved_and_one_point_is_enough_for_that()
    {
        Assert.Equal(ClosedState.Closed, Of(Point(Good with { ClosedMs = Max })).State);
        Assert.Equal(new Closedness(ClosedState.NotProved, Max + 1), Of(Point(Good), Point(Good with { ClosedMs = Max + 1 })));
    }

    [Fact]
    public void A_point_that_never_proved_it_counts_from_its_registration_and_is_not_proved()
    {
        Assert.Equal(new Closedness(ClosedState.NotProved, 5), Of(Point(null, registered: 5)));
        Assert.Equal(new Closedness(ClosedState.NotProved, 5), Of(Point(Good with { ClosedMs = null }, registered: 5)));
    }

    [Fact]
    public void A_point_that_is_away_refuses_and_no_connected_point_is_no_green()
    {
        Assert.Equal(new Closedness(ClosedState.Closed, 7_000), Of(Point(Good), Point(null, heard: Max + 1)));
        Assert.Equal(new Closedness(ClosedState.Unknown, null), Of(Point(Good, heard: Max + 1)));
        Assert.Equal(new Closedness(ClosedState.Unknown, null), Of());
    }

    [Fact]
    public void An_effect_is_open_whatever_else_is_true_also_of_a_point_that_went_away()
    {
        Assert.Equal(ClosedState.Open, Of(Point(Good), Point(Good with { Effects = 1, Disarmed = "x" })).State);
        Assert.Equal(ClosedState.Open, Of(Point(Good with { Effects = 1 }, heard: Max + 1)).State);
        Assert.Equal(ClosedState.NotProved, Of(Point(Good with { Disarmed = "refused with another code" })).State);
    }

    [Fact]
    public void Serving_is_another_question()
    {
        Assert.Equal(new Servingness(null, 9_000), Servingness.Of(null, [Point(Good)], Interval));
        Assert.Equal(DenyReason.PolicyMissing, Servingness.Of(DenyReason.PolicyMissing, [Point(Good)], Interval).Refusing);
        Assert.Equal(DenyReason.Halted, Servingness.Of(null, [Point(Good with { Refusing = DenyReason.Halted })], Interval).Refusing);
        Assert.Equal(DenyReason.Fault, Servingness.Of(null, [Point(Good with { Disarmed = "x" })], Interval).Refusing);
        Assert.Equal(new Servingness(null, null), Servingness.Of(null, [Point(Good with { AllowedMs = null })], Interval));
        Assert.Equal(new Servingness(null, null), Servingness.Of(null, [Point(Good with { Refusing = DenyReason.Halted }, heard: Max + 1)], Interval));
    }
}
