using Obstat.Enforcement.Leases;
using Obstat.Proof.Json;
using Obstat.Proof.Messages;
using Obstat.Tests;

namespace Obstat.Enforcement.Tests;

/// <summary>Every change that an enforcement point finds, and what it calls it: the rows of the table of mutations that are its own.</summary>
public class MutationTableTests
{
    [Fact]
    public async Task Every_change_of_permit_receipt_and_ledger_is_found_by_the_point_under_the_name_in_the_table()
    {
        var found = new List<(string, string, Func<string>)>();
        foreach (var (of, done, find) in Changes())
        {
            var named = await find();
            found.Add((of, done, () => named));
        }

        Mutations.Check(Finder.Point, found);
    }

    private static IEnumerable<(string, string, Func<Task<string>>)> Changes()
    {
        foreach (var member in new[] { "note", "index", "path", "leaf", "statement" })
        {
            yield return ("receipt", $"its {member} changed", () => PresentedAsync((receipt, _) => receipt.With(member, Changed(receipt[member]!))));
            yield return ("receipt", $"its {member} left out", () => PresentedAsync((receipt, _) => receipt.Without(member)));
        }

        yield return ("receipt", "left out", () => PresentedAsync((_, _) => null));
        yield return ("receipt", "of another entry of the same log", () => PresentedAsync((_, later) => later));
        yield return ("receipt", "of another log", async () =>
        {
            await using var other = DoorTests.Plane();
            await using var door = await other.OpenAsync();
            var theirs = await AdmittedAsync(door);
            return await PresentedAsync((_, _) => theirs.Presented.Receipt);
        });
        yield return ("receipt", "a member more", () => PresentedAsync((receipt, _) => receipt.With("more", JsonValue.Null)));
        yield return ("permit", "a bit of its signature flipped", () => PresentedAsync((receipt, _) => receipt, permit => permit[..^10] + (permit[^10] == 'A' ? 'B' : 'A') + permit[^9..]));
        foreach (var (of, done, fault) in new[]
        {
            ("permit", "without a receipt", PlaneFault.NoReceipt), ("permit", "with the receipt of a denial", PlaneFault.ReceiptOfDenial), ("permit", "signed by a key that no root signed", PlaneFault.StolenRole),
            ("receipt", "its head signed by another key", PlaneFault.WrongHeadKey), ("denial", "cites an allow", PlaneFault.DenyByAllow), ("denial", "cites a denial of another reason", PlaneFault.DenyByOtherReason),
        })
        {
            yield return (of, done, () => AskedAsync(plane => plane.Fault = fault));
        }

        yield return ("denial", "of another ask", () => AskedAsync(plane => plane.Fault = PlaneFault.OldAnswer, DoorTests.Call("forbidden")));
        yield return ("ledger", "goes on from another history while it runs", () => AskedAsync(plane => plane.Fork()));
        yield return ("ledger", "an older copy restored while it runs", () => AskedAsync(plane => plane.Rollback()));
        yield return ("ledger", "an older copy restored while the point was away", () => AgainAsync(plane => plane.Rollback()));
        yield return ("ledger", "an older copy restored while the point was away, grown past what it saw", () => AgainAsync(plane =>
        {
            plane.Rollback();
            plane.Grow(100);
        }));
    }

    /// <summary>A permit that would be admitted, presented with another receipt.</summary>
    private static async Task<string> PresentedAsync(Func<JsonValue, JsonValue, JsonValue?> receipt, Func<string, string>? permit = null)
    {
        await using var plane = DoorTests.Plane();
        await using var door = await plane.OpenAsync();
        var (first, later) = (await AdmittedAsync(door), await AdmittedAsync(door));
        var presented = new PresentedPermit(permit?.Invoke(first.Presented.Permit) ?? first.Presented.Permit, receipt(first.Presented.Receipt!, later.Presented.Receipt!));
        return Verifier(plane.Clock).TryAdmit(presented, DoorTests.Call(), "urn:execution:server:payments", door.Boot.Session.Holder, door.Boot.Session.View! with { Heard = plane.Clock.Steady }, out _, out var refusal)
            ? "nobody finds it"
            : refusal.ToString();
    }

    private static async Task<string> AskedAsync(Action<FakePlane> change, CanonicalAction? first = null)
    {
        await using var plane = DoorTests.Plane();
        await using var door = await plane.OpenAsync();
        _ = await DoorTests.AskAsync(door, DoorTests.Call("forbidden"));
        _ = await DoorTests.AskAsync(door, first);
        change(plane);
        return await DoorTests.AskAsync(door);
    }

    private static async Task<string> AgainAsync(Action<FakePlane> change)
    {
        await using var plane = DoorTests.Plane();
        await using (var door = await plane.OpenAsync())
        {
            Assert.Equal("admitted", await DoorTests.AskAsync(door));
        }

        change(plane);
        await using var again = await plane.OpenAsync();
        return await DoorTests.AskAsync(again);
    }

    private static async Task<Admission> AdmittedAsync(Door door)
        => (await door.AskAsync(DoorTests.Agent, DoorTests.Call(), CancellationToken.None)).Match(a => a, r => throw new InvalidOperationException(r.ToString()));

    private static JsonValue Changed(JsonValue value) => value.AsInteger is { } number ? JsonValue.Of(number + 1)
        : value.AsString is { } text ? JsonValue.Of(text[..(text.Length / 2)] + (text[text.Length / 2] == 'A' ? 'B' : 'A') + text[((text.Length / 2) + 1)..])
        : JsonValue.Array([Changed(value.Items[0]), .. value.Items.Skip(1)]);

    private static Admission.Verifier Verifier(IPointClock clock)
        => new(clock, new ClockWatch(clock), new StopLatch(), new SingleUse(), new SingleUse(), new PointStops(), new LeaseTable(new Proof.Statements.PointBoot(FakePlane.PointId, Random128.Next()), new StopTimes()));
}
