using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Leases;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;

namespace Obstat.Core.Leases;

/// <summary>
/// The leases that one start of the plane permitted. Times are arguments: <c>now</c> is the plane's steady clock. A lease that ended never goes on: what was ended, forgotten or permitted by another
/// start is not renewed. Its caller puts the calls in order; nothing here locks.
/// </summary>
public sealed class LeaseBook
{
    /// <summary>How long a stop may take where the point did not say: 1 s.</summary>
    public static readonly TimeSpan StopTimeUnknown = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, Hold> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<Scope, HashSet<Hold>> _byScope = [];

    /// <summary>Leases that are known, ended ones included until the point can hold them no longer.</summary>
    public int Count => _byId.Count;

    /// <summary>Leases that go on.</summary>
    public IEnumerable<LeaseFacts> Running => _byId.Values.Where(h => h.Code is null).Select(h => h.Facts);

    /// <summary>Leases that go on: whether the point opened each, and how long it may hold it yet if nobody renews it.</summary>
    public IEnumerable<(LeaseFacts Facts, bool IsOpened, TimeSpan Left)> Held(TimeSpan now)
        => _byId.Values.Where(h => h.Code is null).Select(h => (h.Facts, h.IsOpened, h.LiveUntil > now ? h.LiveUntil - now : TimeSpan.Zero));

    /// <summary>A lease was permitted: it holds from now on, also if nobody ever opens it.</summary>
    public void Permit(LeaseFacts facts, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var held = new Hold(facts) { LiveUntil = now + facts.Ttl + StopTimeUnknown };
        _byId.Add(facts.Id, held);
        foreach (var scope in facts.Scopes)
        {
            if (!_byScope.TryGetValue(scope, out var of))
            {
                _byScope.Add(scope, of = []);
            }

            _ = of.Add(held);
        }
    }

    /// <summary>The point opens the lease of an execution. Null: it holds; otherwise why not.</summary>
    /// <param name="execution">The execution.</param>
    /// <param name="ep">Who opens it.</param>
    /// <param name="stopTime">How long a stop takes there at worst.</param>
    /// <param name="now">Now, steady.</param>
    /// <param name="facts">The lease, where it holds.</param>
    /// <param name="first">Whether it was not open before.</param>
    public DenyReason? Open(string execution, PointBoot ep, TimeSpan stopTime, TimeSpan now, out LeaseFacts? facts, out bool first)
    {
        (facts, first) = (null, false);
        var held = _byScope.GetValueOrDefault(new Scope(ScopeKind.Execution, execution))?.FirstOrDefault(h => h.Facts.Execution == execution && h.Facts.Ep == ep);
        if (held is null)
        {
            return DenyReason.PermitMismatch;
        }

        if (held.Code is { } code)
        {
            return code;
        }

        (facts, first) = (held.Facts, !held.IsOpened);
        (held.IsOpened, held.StopTime) = (true, stopTime);
        held.LiveUntil = Later(held.LiveUntil, now + held.Facts.Ttl + stopTime);
        return null;
    }

    /// <summary>One lease of a beat.</summary>
    /// <param name="ep">Who beats.</param>
    /// <param name="asked">The lease.</param>
    /// <param name="now">When the beat came in, steady.</param>
    /// <param name="wall">The same, UTC.</param>
    /// <param name="ended">The lease, where this beat found that its time is over.</param>
    public RenewedLease Renew(PointBoot ep, BeatLease asked, TimeSpan now, DateTimeOffset wall, out EndedLease? ended)
    {
        ended = null;
        if (!_byId.TryGetValue(asked.Id, out var held) || held.Facts.Ep != ep)
        {
            // Of an earlier start, or never permitted: whoever holds it stops.
            return new RenewedLease(asked.Id, asked.Seq, DenyReason.PlaneUnavailable, 0);
        }

        var left = held.Facts.HardEnd - wall;
        if (held.Code is null && left < TimeSpan.FromMilliseconds(1))
        {
            ended = End(held, LeaseEvent.Ended, DenyReason.Late, now);
        }

        if (held.Code is { } code)
        {
            return new RenewedLease(asked.Id, asked.Seq, code, 0);
        }

        var ttl = left < held.Facts.Ttl ? left : held.Facts.Ttl;
        held.LiveUntil = Later(held.LiveUntil, now + ttl + held.StopTime);
        return new RenewedLease(asked.Id, asked.Seq, null, (long)ttl.TotalMilliseconds);
    }

    /// <summary>Ends every running lease of a scope.</summary>
    public ImmutableArray<EndedLease> Stop(Scope scope, DenyReason code, TimeSpan now)
        => _byScope.TryGetValue(scope, out var of) ? [.. of.Where(h => h.Code is null).Select(h => End(h, LeaseEvent.Revoked, code, now))] : [];

    /// <summary>Ends one lease because it was decided again, and denied.</summary>
    public bool TryEnd(string id, DenyReason code, TimeSpan now, [NotNullWhen(true)] out EndedLease? ended)
    {
        ended = _byId.TryGetValue(id, out var held) && held.Code is null ? End(held, LeaseEvent.Ended, code, now) : null;
        return ended is not null;
    }

    /// <summary>Ends the leases of a point's earlier boots: another one registered.</summary>
    public ImmutableArray<EndedLease> EndBoots(PointBoot registered, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(registered);
        return _byScope.TryGetValue(new Scope(ScopeKind.EnforcementPoint, registered.Id), out var of)
            ? [.. of.Where(h => h.Code is null && h.Facts.Ep.Boot != registered.Boot).Select(h => End(h, LeaseEvent.Lost, DenyReason.PlaneUnavailable, now))]
            : [];
    }

    /// <summary>What is over because nobody renewed it in time; what ended long enough ago is forgotten.</summary>
    public ImmutableArray<EndedLease> Overdue(TimeSpan now)
    {
        var lost = ImmutableArray.CreateBuilder<EndedLease>();
        foreach (var held in _byId.Values.Where(h => h.LiveUntil <= now).ToArray())
        {
            if (held.Code is null)
            {
                lost.Add(End(held, LeaseEvent.Lost, DenyReason.PlaneUnavailable, now));
            }

            Remove(held);
        }

        return lost.DrainToImmutable();
    }

    /// <summary>The execution is over and told: nothing of the lease remains.</summary>
    public void Forget(string id)
    {
        if (_byId.TryGetValue(id, out var held))
        {
            Remove(held);
        }
    }

    private static EndedLease End(Hold held, string how, DenyReason code, TimeSpan now)
    {
        held.Code = code;
        return new EndedLease(held.Facts, how, code, held.LiveUntil > now ? held.LiveUntil - now : TimeSpan.Zero);
    }

    private void Remove(Hold held)
    {
        _ = _byId.Remove(held.Facts.Id);
        foreach (var scope in held.Facts.Scopes)
        {
            if (_byScope.TryGetValue(scope, out var of) && of.Remove(held) && of.Count == 0)
            {
                _ = _byScope.Remove(scope);
            }
        }
    }

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private sealed class Hold(LeaseFacts facts)
    {
        public LeaseFacts Facts => facts;

        public bool IsOpened { get; set; }

        public TimeSpan StopTime { get; set; } = StopTimeUnknown;

        /// <summary>Until when the point may hold it.</summary>
        public TimeSpan LiveUntil { get; set; }

        /// <summary>Why it is over; null while it goes on.</summary>
        public DenyReason? Code { get; set; }
    }
}
