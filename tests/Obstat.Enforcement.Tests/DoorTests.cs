using Obstat.Proof;
using Obstat.Proof.Json;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;

namespace Obstat.Enforcement.Tests;

/// <summary>The door against a plane that fails in each way: the answer is a refusal with its code, in time, and nothing is admitted.</summary>
public class DoorTests
{
    internal static readonly Caller Agent = new([new Assertion(AssertionKinds.RunToken, "t")], JsonValue.EmptyObject, null);

    internal static CanonicalAction Call(string tool = "transfer", long amount = 100)
    {
        var parameters = JsonValue.Object(("name", JsonValue.Of(tool)), ("arguments", JsonValue.Object(("amount", JsonValue.Of(amount)))));
        return CanonicalAction.TryMake(new McpCall("2025-11-25", "payments", "tools/call", parameters, Digest.Of("tool"u8), null), out var action, out var refusal) ? action : throw new InvalidOperationException(refusal.ToString());
    }

    internal static string Verdict(Answer answer) => answer.Match(_ => "admitted", refused => refused.Reason.ToCode());

    internal static async Task<string> AskAsync(Door door, CanonicalAction? action = null) => Verdict(await door.AskAsync(Agent, action ?? Call(), CancellationToken.None));

    internal static FakePlane Plane(bool enrolled = true)
    {
        var plane = new FakePlane(new PointClock());
        if (enrolled)
        {
            plane.Enrol();
        }

        return plane;
    }

    [Fact]
    public async Task A_permitted_call_is_admitted_and_may_begin_once()
    {
        await using var plane = Plane();
        await using var door = await plane.OpenAsync();
        var answer = await door.AskAsync(Agent, Call(), CancellationToken.None);
        var admission = answer.Match(a => a, r => throw new InvalidOperationException(r.ToString()));
        admission.Begin();
        admission.Step();
        Assert.Equal(DenyReason.PermitReplayed, Assert.Throws<Stopped>(admission.Begin).Reason);
        Assert.Equal(["transfer"], answer.Visible);
        Assert.Equal(door.InstanceKey, admission.Permit.Cnf.Value.ToBase64Url());
    }

    [Fact]
    public async Task A_denial_says_its_code_entry_and_hint()
    {
        await using var plane = Plane();
        await using var door = await plane.OpenAsync();
        var refused = (await door.AskAsync(Agent, Call("forbidden"), CancellationToken.None)).Match(_ => throw new InvalidOperationException("admitted"), r => r);
        Assert.Equal(new Refused(DenyReason.NotPermitted, 1, Retry.Changed, null, null, "ask a person"), refused with { Seq = 0, Recorded = null });
    }

    [Theory]
    [InlineData(PlaneFault.Silent, "PlaneUnavailable")]
    [InlineData(PlaneFault.NoHttp, "PlaneUnavailable")]
    [InlineData(PlaneFault.Garbage, "PlaneUnavailable")]
    [InlineData(PlaneFault.Empty, "PlaneUnavailable")]
    [InlineData(PlaneFault.Html, "PlaneUnavailable")]
    [InlineData(PlaneFault.Slow, "PlaneUnavailable")]
    [InlineData(PlaneFault.Status500, "PlaneUnavailable")]
    [InlineData(PlaneFault.Unable, "LedgerUnavailable")]
    [InlineData(PlaneFault.Redirect, "PlaneUnavailable")]
    [InlineData(PlaneFault.Huge, "PlaneUnavailable")]
    [InlineData(PlaneFault.Cut, "PlaneUnavailable")]
    [InlineData(PlaneFault.UnknownBoot, "PlaneUnavailable")]
    [InlineData(PlaneFault.TrueAsText, "PlaneUnavailable")]
    [InlineData(PlaneFault.WrongHeadKey, "AssertionInvalid")]
    [InlineData(PlaneFault.StolenRole, "AssertionInvalid")]
    [InlineData(PlaneFault.FlippedBit, "AssertionInvalid")]
    [InlineData(PlaneFault.NoReceipt, "AssertionInvalid")]
    [InlineData(PlaneFault.OtherBoot, "PermitMismatch")]
    [InlineData(PlaneFault.OtherAction, "PermitMismatch")]
    [InlineData(PlaneFault.OtherPlane, "PermitMismatch")]
    [InlineData(PlaneFault.UnknownObligation, "PermitMismatch")]
    [InlineData(PlaneFault.ExpiredPermit, "PermitExpired")]
    [InlineData(PlaneFault.Deny, "NotPermitted")]
    [InlineData(PlaneFault.DenyByAllow, "PlaneUnavailable")]
    [InlineData(PlaneFault.DenyByOtherReason, "PlaneUnavailable")]
    public async Task Whatever_the_plane_does_wrong_nothing_is_admitted(PlaneFault fault, string code)
    {
        await using var plane = Plane();
        plane.AskMs = fault is PlaneFault.Silent or PlaneFault.Slow ? 500 : plane.AskMs;
        await using var door = await plane.OpenAsync();
        Assert.Equal("admitted", await AskAsync(door));
        plane.Fault = fault;
        Assert.Equal(code, await AskAsync(door));
        plane.Fault = PlaneFault.None;
        Assert.Equal("admitted", await AskAsync(door));
    }

    [Fact]
    public async Task The_receipt_of_a_denial_permits_nothing()
    {
        await using var plane = Plane();
        await using var door = await plane.OpenAsync();
        Assert.Equal("NotPermitted", await AskAsync(door, Call("forbidden")));
        plane.Fault = PlaneFault.ReceiptOfDenial;
        Assert.Equal("AssertionInvalid", await AskAsync(door));
    }

    [Fact]
    public async Task An_answer_given_again_is_a_replay_for_the_same_call_and_a_mismatch_for_another()
    {
        await using var plane = Plane();
        await using var door = await plane.OpenAsync();
        Assert.Equal("admitted", await AskAsync(door));
        plane.Fault = PlaneFault.OldAnswer;
        Assert.Equal("PermitReplayed", await AskAsync(door));
        Assert.Equal("PermitMismatch", await AskAsync(door, Call(amount: 101)));
    }

    [Fact]
    public async Task An_old_denial_is_not_the_answer_to_another_ask()
    {
        await using var plane = Plane();
        await using var door = await plane.OpenAsync();
        Assert.Equal("NotPermitted", await AskAsync(door, Call("forbidden")));
        plane.Fault = PlaneFault.OldAnswer;
        Assert.Equal("PlaneUnavailable", await AskAsync(door));
    }

    [Fact]
    public async Task A_ledger_that_contradicts_itself_stops_the_door_for_good()
    {
        await using var plane = Plane();
        await using var door = await plane.OpenAsync();
        Assert.Equal("admitted", await AskAsync(door));
        var running = (await door.AskAsync(Agent, Call(), CancellationToken.None)).Match(a => a, _ => throw new InvalidOperationException());
        running.Begin();
        plane.Fork();
        Assert.Equal("LedgerUnavailable", await AskAsync(door));
        Assert.Equal("LedgerUnavailable", await AskAsync(door));
        Assert.Equal(DenyReason.LedgerUnavailable, Assert.Throws<Stopped>(running.Step).Reason);
    }

    [Fact]
    public async Task A_smaller_ledger_admits_nothing()
    {
        await using var plane = Plane();
        await using var door = await plane.OpenAsync();
        Assert.Equal("admitted", await AskAsync(door));
        plane.Rollback();
        Assert.Equal("PermitMismatch", await AskAsync(door));
    }

    [Fact]
    public async Task A_cancelled_ask_is_late()
    {
        await using var plane = Plane();
        await using var door = await plane.OpenAsync();
        plane.Fault = PlaneFault.Silent;
        using var cancelled = new CancellationTokenSource();
        var ask = door.AskAsync(Agent, Call(), cancelled.Token);
        await cancelled.CancelAsync();
        Assert.Equal("Late", Verdict(await ask));
    }

    [Fact]
    public async Task A_thousand_parallel_uses_of_one_permit_admit_once()
    {
        await using var plane = Plane();
        await using var door = await plane.OpenAsync();
        var action = Call();
        Assert.Equal("admitted", await AskAsync(door, action));
        plane.Fault = PlaneFault.OldAnswer;
        var verdicts = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => AskAsync(door, action)));
        Assert.DoesNotContain("admitted", verdicts);
        Assert.Contains("PermitReplayed", verdicts);
    }

    [Fact]
    public async Task Parallel_asks_all_join_and_are_admitted()
    {
        await using var plane = Plane();
        await using var door = await plane.OpenAsync();
        var verdicts = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => AskAsync(door, Call(amount: i))));
        Assert.All(verdicts, v => Assert.Equal("admitted", v));
        Assert.Equal(64, plane.Asks.Select(a => a.Ep.Seq).Distinct().Count());
    }
}
