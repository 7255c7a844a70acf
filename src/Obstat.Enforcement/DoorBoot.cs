using Obstat.Proof.Messages;

namespace Obstat.Enforcement;

/// <summary>A boot with what reports for it.</summary>
internal sealed class DoorBoot(PointSession session, OutcomeReporter outcomes, PlaneClient client) : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(3);
    private byte[]? _refusals;

    public PointSession Session => session;

    public OutcomeReporter Outcomes => outcomes;

    /// <summary>Reports what was refused since the last report; the same bytes again until the plane took them. True when nothing is left.</summary>
    public async Task<bool> SendRefusalsAsync(CancellationToken cancellation)
    {
        _refusals ??= session.Refusals.Take(session.Me) is { } report ? PlaneMessage.Write(report) : null;
        if (_refusals is null)
        {
            return true;
        }

        var reply = await client.PostAsync(PlaneRoutes.Refusals, _refusals, Deadline, cancellation).ConfigureAwait(false);
        if (OutcomeReporter.IsFinal(reply))
        {
            _refusals = null;
            return true;
        }

        return false;
    }

    public void Dispose()
    {
        outcomes.Dispose();
        session.Dispose();
    }
}
