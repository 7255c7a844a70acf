using Obstat.Console.Api;
using Obstat.Proof.Leases;

namespace Obstat.Server.Faces;

/// <summary>What is halted, what a halt would end, and what runs.</summary>
internal sealed class HaltsFace(FaceSources plane, FaceRows rows, Standing standing)
{
    private const int RunningMax = 200;

    /// <summary>All of it.</summary>
    public HaltsView Show(Desk desk, Role role)
    {
        var open = plane.Ledger.State.Open;
        return new HaltsView(
            standing.Halts, plane.Leases.Running.Length, rows.Rows(desk, open.Values.Select(o => o.Index.Value).Order().Take(RunningMax), role), open.Count);
    }

    /// <summary>What a halt of a scope would end.</summary>
    public HaltPreview Preview(Scope scope) => new(scope.ToString(), plane.Leases.Running.Count(l => l.Scopes.Contains(scope)));
}
