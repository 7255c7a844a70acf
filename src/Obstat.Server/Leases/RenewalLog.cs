using System.Collections.Immutable;
using Obstat.Proof;
using Obstat.Proof.Statements;

namespace Obstat.Server.Leases;

/// <summary>Renewals by point and minute: they are no entries one by one. Safe for concurrent use.</summary>
internal sealed class RenewalLog
{
    private readonly Lock _lock = new();
    private readonly Dictionary<PointBoot, RenewalCount> _open = [];
    private readonly List<RenewalCount> _done = [];

    /// <summary>A beat was answered.</summary>
    public void Add(PointBoot ep, DateTimeOffset now, int count, Digest beat)
    {
        if (count == 0)
        {
            return;
        }

        var minute = Timestamp.FromUnixSeconds(now.ToUnixTimeSeconds() / 60 * 60);
        lock (_lock)
        {
            if (_open.TryGetValue(ep, out var before) && before.Minute != minute)
            {
                _done.Add(before);
                before = null;
            }

            _open[ep] = new RenewalCount(ep, minute, (before?.Count ?? 0) + count, Digest.Of([.. (before?.Digest ?? default).ToArray(), .. beat.ToArray()]));
        }
    }

    /// <summary>Takes the minutes that are over.</summary>
    public ImmutableArray<RenewalCount> Take(DateTimeOffset now)
    {
        lock (_lock)
        {
            var over = _open.Values.Where(r => now - r.Minute.Time >= TimeSpan.FromMinutes(1)).ToArray();
            foreach (var one in over)
            {
                _ = _open.Remove(one.Ep);
            }

            ImmutableArray<RenewalCount> all = [.. _done, .. over];
            _done.Clear();
            return all;
        }
    }
}
