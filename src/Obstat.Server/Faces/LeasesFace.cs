using Obstat.Console.Api;

namespace Obstat.Server.Faces;

/// <summary>What runs under a lease, by the plane's own book; who asked for it, by the proven decision.</summary>
internal sealed class LeasesFace(FaceSources plane, FaceRows rows)
{
    private const int ListMax = 200;

    /// <summary>All of it.</summary>
    public LeasesView Show(Desk desk, Role role)
    {
        var held = plane.Leases.Held;
        var open = plane.Ledger.State.Open;
        return new LeasesView(
            [
                .. held.OrderBy(h => h.Left).ThenBy(h => h.Facts.Id, StringComparer.Ordinal).Take(ListMax).Select(h => new LeaseView(
                    h.Facts.Id, h.Facts.Execution, h.Facts.Ep.Id, h.IsOpened, h.Left.TotalSeconds, h.Facts.HardEnd,
                    open.GetValueOrDefault(h.Facts.Jti) is { } intent && desk.Index.Size() > intent.Index.Value ? rows.Row(desk, ReadEntry.Of(desk, intent.Index.Value), role) : null)),
            ],
            held.Length, plane.Settings.Limits.Lease.TotalSeconds);
    }
}
