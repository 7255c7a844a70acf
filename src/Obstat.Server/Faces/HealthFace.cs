using System.Collections.Immutable;
using System.Globalization;
using Obstat.Console.Api;
using Obstat.Proof.Reasons;

namespace Obstat.Server.Faces;

/// <summary>How every part is: its state, the code that callers receive because of it, one measured value. Nothing here asks the index but the timeline.</summary>
internal sealed class HealthFace(FaceSources plane, Standing standing, IndexKeeper keeper, Damage damage)
{
    private const int TimelineMax = 200;
    private const long BehindMax = 1_000;
    /// <summary>From when on the end of the working keys is told.</summary>
    public static readonly TimeSpan KeysSoon = TimeSpan.FromHours(1);
    private static readonly TimeSpan TimelineOf = TimeSpan.FromHours(24);

    /// <summary>All of it.</summary>
    public HealthView Show(Desk desk)
    {
        var since = plane.Clock.GetUtcNow() - TimelineOf;
        return new HealthView(
            Components, standing.Points, Keys, [.. desk.Index.Changes(since, TimelineMax).Select(i => EntryWords.Link(ReadEntry.Of(desk, i)))]);
    }

    /// <summary>Parts of the plane.</summary>
    public ImmutableArray<ComponentView> Components
    {
        get
        {
            var (ledger, now) = (plane.Ledger, plane.Clock.GetUtcNow());
            var (state, current) = (ledger.State, plane.Snapshots.Current);
            var law = current.Snapshot.Law;
            var left = plane.Working.Until - now;
            var behind = state.Size - keeper.Size;
            var points = standing.Points;
            var halts = standing.Halts;
            return
            [
                new("ledger", ledger.Failure is not null ? "refusing" : damage.Found is not null ? "degraded" : "ok", ledger.Failure is not null ? DenyReason.LedgerUnavailable.ToCode() : null, null,
                    Number(state.Size, "entries"), null, ledger.Failure ?? damage.Found),
                new("sequencer", ledger.Failure is not null ? "refusing" : "ok", ledger.Failure is not null ? DenyReason.LedgerUnavailable.ToCode() : null, plane.Started, $"epoch {Number(state.Plane.Epoch, "")}".TrimEnd(), null, null),
                new("disk", ledger.IsDiskLow ? "refusing" : "ok", ledger.IsDiskLow ? DenyReason.LedgerUnavailable.ToCode() : null, null, ledger.IsDiskLow ? "less than the reserve is free" : "more than the reserve is free", null, null),
                new("clock", ledger.IsClockTrusted ? "ok" : "refusing", ledger.IsClockTrusted ? null : DenyReason.ClockUntrusted.ToCode(), null, ledger.IsClockTrusted ? "wall and monotonic clock agree" : "wall and monotonic clock disagree", null, null),
                new("policies", law.IsInForce ? "ok" : "refusing", law.IsInForce ? null : law.Reason.ToCode(), state.Active?.Activation.Time.Time, Number(law.Policies.Policies.Length, law.Policies.Policies.Length == 1 ? "policy" : "policies"), null,
                    plane.Snapshots.Rejected.FirstOrDefault()?.ToString()),
                new("signer", left < KeysSoon ? "degraded" : "ok", null, plane.Working.From, string.Create(CultureInfo.InvariantCulture, $"working keys end in {left.TotalHours:0.0} h"), "more than 0.2 h", null),
                .. current.Snapshot.Trust.Issuers.Values.Select(issuer => current.Freshness.IsStale(issuer, now)
                    ? new ComponentView($"issuer {issuer.Url}", "refusing", DenyReason.TrustStale.ToCode(), null, Age(current.Freshness.AgeOf(issuer.Url, now)), Age((long)issuer.StaleAfter.TotalSeconds), null)
                    : new ComponentView($"issuer {issuer.Url}", "ok", null, null, Age(current.Freshness.AgeOf(issuer.Url, now)), Age((long)issuer.StaleAfter.TotalSeconds), null)),
                new("stops", halts.IsEmpty ? "ok" : "refusing", halts.IsEmpty ? null : DenyReason.Halted.ToCode(), halts.IsEmpty ? null : halts[^1].Since, Number(halts.Length, halts.Length == 1 ? "halt in force" : "halts in force"), null, halts.IsEmpty ? null : halts[0].Scope),
                new("points", points.Any(p => !p.IsConnected || p.IsSilent) ? "degraded" : points.IsEmpty ? "unknown" : "ok", null, null, Number(points.Count(p => p.IsConnected && !p.IsSilent), "connected"), null,
                    points.FirstOrDefault(p => p.IsSilent) is { } silent ? $"{silent.Id} says nothing: it is dead, stopped or cut off" : points.FirstOrDefault(p => !p.IsConnected) is { } away ? $"{away.Id} is away, and refuses" : null),
                Probes(now),
                new("index", keeper.Failure is not null || behind > BehindMax ? "degraded" : "ok", null, null, Number(behind, behind == 1 ? "entry behind" : "entries behind"), Number(BehindMax, "entries"), keeper.Failure),
            ];
        }
    }

    private ComponentView Probes(DateTimeOffset now)
    {
        var limit = string.Create(CultureInfo.InvariantCulture, $"{3 * plane.Watch.Interval.TotalSeconds:0} s");
        return standing.Proved switch
        {
            null => new("probes", "unknown", null, null, "no probe told yet", limit, null),
            { IsOpen: true } open => new("probes", "refusing", DenyReason.Fault.ToCode(), open.At, "a probe had an effect", limit, open.Detail),
            { At: { } at } proved when now - at <= 3 * plane.Watch.Interval => new(
                "probes", proved.Refusing is null ? "ok" : "degraded", proved.Refusing, null, string.Create(CultureInfo.InvariantCulture, $"proved closed {(now - at).TotalSeconds:0} s ago"), limit,
                proved.Refusing is null ? null : "the permitted probe was refused"),
            { } proved => new("probes", "degraded", proved.Refusing, proved.At, "not proved closed", limit, proved.Detail),
        };
    }

    private ImmutableArray<KeyView> Keys =>
    [
        new("ledger heads", plane.Ledger.HeadKey.ToString(), null, null),
        new("root of key sets", plane.Keys.Root.Kid, null, null),
        .. plane.Ledger.State.KeySets is [.., var newest] ? newest.Set.Keys.Select(k => new KeyView(k.Role, k.Kid, newest.Set.From.Time, newest.Set.Until.Time)) : [],
    ];

    private static string Number(long value, string unit) => string.Create(CultureInfo.InvariantCulture, $"{value:#,0} {unit}");

    private static string Age(long? seconds) => seconds is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known / 3600.0:0.0} h old") : "never read";
}
