using Obstat.Proof;
using Obstat.Proof.Dsse;
using Obstat.Proof.Jws;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;

namespace Obstat.Server.Tests.Planes;

/// <summary>Outcomes and coverage, as points report them: by whose key, in which order, how often.</summary>
public sealed class ReportTests : PlaneCase
{
    [Fact]
    public async Task An_outcome_by_another_key_is_refused()
    {
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        await point.RegisterAsync();
        var allow = Assert.IsType<AllowAnswer>(await point.AskAsync(point.Ask(point.Transfer("1"), TestPoint.Run(await point.RunTokenAsync()))));
        var outcome = Outcome(point, allow, null);
        using var other = StatementSigner.Generate();
        var (status, body) = await point.PlaneAsync(PlaneRoutes.Outcomes, new Envelope(outcome.ToBytes(), other.Sign(outcome.ToBytes())).ToBytes());
        Assert.Equal((401, DenyReason.AssertionInvalid), (status, TestPoint.ReasonOf(body)));
        Assert.Equal(400, (await point.PlaneAsync(PlaneRoutes.Outcomes, "{}"u8.ToArray())).Status);
    }

    [Fact]
    public async Task Reports_that_come_over_many_connections_at_once_and_backwards_are_all_recorded_in_the_order_of_their_chain()
    {
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        await point.RegisterAsync();
        var token = await point.RunTokenAsync();
        var asked = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => point.AskAsync(point.Ask(point.Transfer("1"), TestPoint.Run(token)))));
        using var signer = point.Report.ToStatementSigner();
        var bodies = new List<byte[]>();
        Digest? prev = null;
        foreach (var allow in asked.Cast<AllowAnswer>())
        {
            var statement = Outcome(point, allow, prev).ToBytes();
            prev = Statement.DigestOf(statement);
            bodies.Add(new Envelope(statement, signer.Sign(statement)).ToBytes());
        }

        // The last comes first, but nothing can be recorded before the first.
        var sent = Enumerable.Reverse(bodies).Select(b => point.PlaneAsync(PlaneRoutes.Outcomes, b)).ToArray();
        var entries = (await Task.WhenAll(sent)).Select(a => TestPoint.Read<EntryAnswer>(a).Entry).Reverse().ToArray();
        Assert.Equal(entries.Order(), entries);
        Assert.Equal(bodies.Count, entries.Distinct().Count());
    }

    [Fact]
    public async Task Outcomes_in_one_message_are_judged_each_alone_and_again_they_get_the_same_entries()
    {
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        await point.RegisterAsync();
        var token = await point.RunTokenAsync();
        using var signer = point.Report.ToStatementSigner();
        using var other = StatementSigner.Generate();
        var bodies = new List<byte[]>();
        Digest? prev = null;
        for (var i = 0; i < 5; i++)
        {
            var statement = Outcome(point, Assert.IsType<AllowAnswer>(await point.AskAsync(point.Ask(point.Transfer("1"), TestPoint.Run(token)))), prev).ToBytes();

            // The fourth is signed by somebody else: what joins it has nothing to join.
            prev = Statement.DigestOf(statement);
            bodies.Add(new Envelope(statement, (i == 3 ? other : signer).Sign(statement)).ToBytes());
        }

        var told = TestPoint.Read<OutcomesAnswer>(await point.PlaneAsync(PlaneRoutes.OutcomesTogether, OutcomesReport.Write(bodies))).Outcomes;
        Assert.Equal([null, null, null, DenyReason.AssertionInvalid, DenyReason.Late], told.Select(o => o.Entry is null ? o.Reason : (DenyReason?)null));
        Assert.Equal(told.Take(3).Select(o => o.Entry).Order(), told.Take(3).Select(o => o.Entry));
        Assert.Equal(told[1].Entry, TestPoint.Read<EntryAnswer>(await point.PlaneAsync(PlaneRoutes.Outcomes, bodies[1])).Entry);
        Assert.Equal(told.Take(3), TestPoint.Read<OutcomesAnswer>(await point.PlaneAsync(PlaneRoutes.OutcomesTogether, OutcomesReport.Write(bodies[..3]))).Outcomes);
        foreach (var wrong in (byte[][])["{}"u8.ToArray(), OutcomesReport.Write([]), OutcomesReport.Write([.. Enumerable.Repeat(bodies[0], OutcomesReport.OutcomesMax + 1)])])
        {
            Assert.Equal(400, (await point.PlaneAsync(PlaneRoutes.OutcomesTogether, wrong)).Status);
        }
    }

    [Fact]
    public async Task A_report_whose_predecessor_never_came_is_to_be_sent_again()
    {
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        await point.RegisterAsync();
        var allow = Assert.IsType<AllowAnswer>(await point.AskAsync(point.Ask(point.Transfer("1"), TestPoint.Run(await point.RunTokenAsync()))));
        using var signer = point.Report.ToStatementSigner();
        var statement = Outcome(point, allow, Digest.Of([7])).ToBytes();
        var (status, body) = await point.PlaneAsync(PlaneRoutes.Outcomes, new Envelope(statement, signer.Sign(statement)).ToBytes());
        Assert.Equal((503, DenyReason.Late), (status, TestPoint.ReasonOf(body)));
    }

    [Fact]
    public async Task Coverage_goes_the_way_of_outcomes_and_after_the_last_of_a_boot_nothing_is_allowed()
    {
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        await point.RegisterAsync();
        var token = await point.RunTokenAsync();
        var allow = Assert.IsType<AllowAnswer>(await point.AskAsync(point.Ask(point.Transfer("1"), TestPoint.Run(token))));
        using var signer = point.Report.ToStatementSigner();
        using var stranger = SigningKey.Create(KeyRole.Report).ToStatementSigner();
        var decision = _home.Proven(allow.Receipt);
        var outcome = Outcome(point, allow, null).ToBytes();
        _ = TestPoint.Read<EntryAnswer>(await point.PlaneAsync(PlaneRoutes.Outcomes, new Envelope(outcome, signer.Sign(outcome)).ToBytes()));
        var last = new CoverageStatement
        {
            Nonce = TestPoint.Random128(), Origin = decision.Origin, Time = Timestamp.From(DateTimeOffset.UtcNow), Clock = decision.Clock,
            Ep = new PointSequence("gateway", point.Boot, point.NextSeq(), Statement.DigestOf(outcome)), ThroughSeq = 2, Asks = 1, Reports = 1, Effects = 1, Open = [], Final = true,
        };
        var bytes = last.ToBytes();
        var (status, body) = await point.PlaneAsync(PlaneRoutes.Outcomes, new Envelope(bytes, stranger.Sign(bytes)).ToBytes());
        Assert.Equal((401, DenyReason.AssertionInvalid), (status, TestPoint.ReasonOf(body)));
        var lie = (last with { Open = [decision.Permit!.Jti] }).ToBytes();
        (status, body) = await point.PlaneAsync(PlaneRoutes.Outcomes, new Envelope(lie, signer.Sign(lie)).ToBytes());
        Assert.Equal(DenyReason.Malformed, TestPoint.ReasonOf(body));
        var envelope = new Envelope(bytes, signer.Sign(bytes)).ToBytes();
        var entry = TestPoint.Read<EntryAnswer>(await point.PlaneAsync(PlaneRoutes.Outcomes, envelope)).Entry;
        Assert.Equal(entry, TestPoint.Read<EntryAnswer>(await point.PlaneAsync(PlaneRoutes.Outcomes, envelope)).Entry);
        Assert.NotEqual(DenyReason.Undecided, Assert.IsType<DenyAnswer>(await point.AskAsync(point.Ask(point.Transfer("1"), TestPoint.Run(token)))).Reason);
    }

    private OutcomeStatement Outcome(TestPoint point, AllowAnswer allow, Digest? prev)
    {
        var decision = _home.Proven(allow.Receipt);
        return new()
        {
            Nonce = TestPoint.Random128(), Origin = decision.Origin, Time = Timestamp.From(DateTimeOffset.UtcNow), Clock = decision.Clock, Ep = new PointSequence("gateway", point.Boot, point.NextSeq(), prev),
            Decision = new EntryReference(allow.Entry, Statement.DigestOf(decision.ToBytes())), Jti = decision.Permit!.Jti, Result = "succeeded", Code = null, Started = null,
            Ended = Timestamp.From(DateTimeOffset.UtcNow), Effects = new EffectCounts(1, 1, 1), Usage = [], Stop = null, Sealed = [],
        };
    }
}
