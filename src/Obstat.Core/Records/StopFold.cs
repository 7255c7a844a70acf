using Obstat.Proof.Json;
using Obstat.Proof.Statements;

namespace Obstat.Core.Records;

/// <summary>How leases, revocations and halts move the state. Part of <see cref="Fold"/>.</summary>
internal static class StopFold
{
    /// <summary>An allow in mode lease: the lease stands from its decision on, opened or not.</summary>
    public static LedgerState Grant(LedgerState next, OpenLease lease) => next with
    {
        Leases = next.Leases.SetItem(lease.Id, lease),
        Parts = next.Parts.With(StateParts.Leases, next.Parts[StateParts.Leases].With(JsonValue.Of(lease.Id), lease.ToRow())),
    };

    /// <summary>The state without the lease of an execution that is over.</summary>
    public static LedgerState Forget(LedgerState next, string? lease) => lease is null || !next.Leases.ContainsKey(lease) ? next : next with
    {
        Leases = next.Leases.Remove(lease),
        Parts = next.Parts.With(StateParts.Leases, next.Parts[StateParts.Leases].Without(JsonValue.Of(lease))),
    };

    public static (LedgerState? Next, string? Error) Leases(LedgerState next, LeaseStatement statement)
    {
        foreach (var one in statement.Events)
        {
            if (!next.Leases.TryGetValue(one.Lease, out var lease) || lease.Jti != one.Jti)
            {
                return (null, $"expected a lease that is open, got {one.Lease}");
            }

            switch (one.Event)
            {
                case LeaseEvent.Opened when !lease.IsOpened:
                    next = Grant(next, lease with { IsOpened = true });
                    break;
                case LeaseEvent.ReDecided:
                    break;
                case LeaseEvent.Ended or LeaseEvent.Lost or LeaseEvent.Revoked:
                    next = End(next, lease, one.Until!.Value);
                    break;
                default:
                    return (null, $"expected an event with a known effect, got {one.Event} of {one.Lease}");
            }
        }

        return (next, null);
    }

    public static (LedgerState? Next, string? Error) Revocation(LedgerState next, RevocationStatement revocation) => (next with
    {
        Revoked = next.Revoked.Add(revocation.Target),
        Parts = next.Parts.With(StateParts.Revocations, next.Parts[StateParts.Revocations].With(revocation.Target.ToKey(), JsonValue.Of(revocation.From.ToString()))),
    }, null);

    public static (LedgerState? Next, string? Error) Halt(LedgerState next, HaltStatement halt)
    {
        var key = halt.Scope.ToKey();
        return !halt.IsLift
            ? (next with { Halts = next.Halts.Add(halt.Scope), Parts = next.Parts.With(StateParts.Halts, next.Parts[StateParts.Halts].With(key, JsonValue.Of(halt.Time.ToString()))) }, null)
            : next.Halts.Contains(halt.Scope)
                ? (next with { Halts = next.Halts.Remove(halt.Scope), Parts = next.Parts.With(StateParts.Halts, next.Parts[StateParts.Halts].Without(key)) }, null)
                : (null, "expected a halt that is in force");
    }

    /// <summary>Leases, revocations and halts of a kept fold, from the rows of their parts; the intents stand already.</summary>
    public static bool TryRestore(ref LedgerState state)
    {
        var (leases, open) = (state.Leases.ToBuilder(), state.Open.ToBuilder());
        foreach (var (key, row) in state.Parts[StateParts.Leases].Rows)
        {
            if (key.AsString is not { } id || !OpenLease.TryRow(id, row, out var lease))
            {
                return false;
            }

            leases[id] = lease;
            if (open.TryGetValue(lease.Jti, out var intent))
            {
                open[lease.Jti] = intent with { Lease = id };
            }
        }

        var (revoked, halts) = (state.Revoked.ToBuilder(), state.Halts.ToBuilder());
        foreach (var (part, targets) in new[] { (StateParts.Revocations, revoked), (StateParts.Halts, halts) })
        {
            foreach (var (key, _) in state.Parts[part].Rows)
            {
                if (!StopTarget.TryKey(key, out var target))
                {
                    return false;
                }

                _ = targets.Add(target);
            }
        }

        state = state with { Leases = leases.ToImmutable(), Open = open.ToImmutable(), Revoked = revoked.ToImmutable(), Halts = halts.ToImmutable() };
        return true;
    }

    // Its outcome may come until the grace after this end, not after that of the permit.
    private static LedgerState End(LedgerState next, OpenLease lease, Timestamp until)
    {
        next = Forget(next, lease.Id);
        if (!next.Open.TryGetValue(lease.Jti, out var intent))
        {
            return next;
        }

        var end = until.Time.ToUnixTimeSeconds() + 1;
        intent = intent with { NotAfter = Math.Max(intent.NotAfter, end), Lease = null };
        return next with
        {
            Open = next.Open.SetItem(lease.Jti, intent),
            Parts = next.Parts.With(StateParts.Outcomes, next.Parts[StateParts.Outcomes].With(JsonValue.Of(lease.Jti), intent.ToRow())),
        };
    }
}
