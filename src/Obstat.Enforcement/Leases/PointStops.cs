using System.Collections.Immutable;
using Obstat.Proof.Leases;
using Obstat.Proof.Reasons;

namespace Obstat.Enforcement.Leases;

/// <summary>
/// What was halted or revoked at this point, whatever boot it is. Halts stay until they are lifted; revocations as long as a permit of before may still live, since the plane gives none after.
/// Safe for concurrent use; asking takes no lock.
/// </summary>
public sealed class PointStops
{
    /// <summary>How long a revocation is remembered here: longer than any permit lives.</summary>
    public static readonly TimeSpan RevokedAge = TimeSpan.FromMinutes(2);

    /// <summary>Ids of lifted halts that are remembered: such a halt does not come back.</summary>
    public const int LiftedMax = 4096;

    private readonly Lock _lock = new();
    private readonly HashSet<string> _lifted = new(StringComparer.Ordinal);
    private ImmutableDictionary<string, Halt> _halts = ImmutableDictionary.Create<string, Halt>(StringComparer.Ordinal);
    private ImmutableDictionary<Scope, DenyReason> _scopes = ImmutableDictionary<Scope, DenyReason>.Empty;
    private ImmutableDictionary<Scope, (TimeSpan At, DenyReason Code)> _revoked = ImmutableDictionary<Scope, (TimeSpan At, DenyReason Code)>.Empty;
    private int _version;

    /// <summary>Moves with each order that changes something.</summary>
    public int Version => Volatile.Read(ref _version);

    /// <summary>The halts in force, by id.</summary>
    public ImmutableDictionary<string, Halt> Halts => Volatile.Read(ref _halts);

    /// <summary>Why one of these may not go on; null where nothing stops them.</summary>
    public DenyReason? Find(ImmutableArray<Scope> scopes)
    {
        var stopped = Volatile.Read(ref _scopes);
        if (!stopped.IsEmpty)
        {
            foreach (var scope in scopes)
            {
                if (stopped.TryGetValue(scope, out var reason))
                {
                    return reason;
                }
            }
        }

        return null;
    }

    /// <summary>Takes an order. True when it changed something.</summary>
    /// <param name="order">The order.</param>
    /// <param name="compact">As it was signed, where it must be told to the plane; null where it came from there.</param>
    /// <param name="now">Steady time.</param>
    public bool Take(Order order, string? compact, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(order);
        lock (_lock)
        {
            switch (order.Kind)
            {
                case OrderKind.Halt when _halts.TryGetValue(order.Id, out var known):
                    // The plane knows it too, now.
                    _halts = compact is null && known.Compact is not null ? _halts.SetItem(order.Id, known with { Compact = null }) : _halts;
                    return false;
                case OrderKind.Halt when !_lifted.Contains(order.Id):
                    _halts = _halts.Add(order.Id, new Halt(order.Id, order.Scope, order.IssuedAt, compact));
                    break;
                case OrderKind.Lift or OrderKind.Rearm when _lifted.Count < LiftedMax && _lifted.Add(order.Id) && _halts.ContainsKey(order.Id):
                    _halts = _halts.Remove(order.Id);
                    break;
                case OrderKind.Stop:
                    _revoked = _revoked.RemoveRange(_revoked.Where(r => now - r.Value.At > RevokedAge).Select(r => r.Key)).SetItem(order.Scope, (now, order.Code));
                    break;
                default:
                    return false;
            }

            Rebuild();
            return true;
        }
    }

    /// <summary>Takes what was remembered from an earlier start.</summary>
    internal void Restore(IEnumerable<Halt> halts)
    {
        lock (_lock)
        {
            _halts = _halts.SetItems(halts.Select(h => KeyValuePair.Create(h.Id, h)));
            Rebuild();
        }
    }

    private void Rebuild()
    {
        var scopes = _revoked.ToImmutableDictionary(r => r.Key, r => r.Value.Code).SetItems(_halts.Values.Select(h => KeyValuePair.Create(h.Scope, DenyReason.Halted)));
        Volatile.Write(ref _scopes, scopes);
        _ = Interlocked.Increment(ref _version);
    }
}
