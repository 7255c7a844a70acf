using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Obstat.Proof;
using Obstat.Proof.Json;
using Obstat.Proof.Leases;
using Obstat.Proof.Notes;
using Obstat.Proof.Statements;

namespace Obstat.Core.Records;

/// <summary>
/// How each statement type moves the state. A type whose effect this version does not know refuses: it could be a revocation that we would not enforce.
/// The members of a statement were checked when it was read; here stands what only the log can tell.
/// </summary>
internal static class Fold
{
    internal static bool TryApply(LedgerState state, WrittenStatement written, BodyKey? body, [NotNullWhen(true)] out LedgerState? next, [NotNullWhen(false)] out string? error)
    {
        next = null;
        if ((error = Place(state, written.Statement)) is not null)
        {
            return false;
        }

        var moved = state with { Size = state.Size + 1, EndsWithState = false };
        if (written.Statement is PlaneStatement plane)
        {
            moved = moved with { Plane = plane.Plane, Time = plane.Time };
        }

        var index = new EntryIndex(state.Size);
        (next, error) = written.Statement switch
        {
            GenesisStatement genesis => Genesis(moved, genesis),
            EnforcementPointStatement point => EnforcementPoint(moved, index, point),
            PolicyActivationStatement activation => PolicyActivation(moved, index, activation),
            KeySetStatement set => KeySet(moved, index, set),
            DecisionStatement decision => Decision(moved, index, decision, written.Digest, body),
            OutcomeStatement outcome => Outcome(moved, index, outcome, written.Digest, body),
            CoverageStatement coverage => Coverage(moved, index, coverage, written.Digest, body),
            OrphanedStatement orphaned => Orphaned(moved, orphaned),
            RefusalsStatement refusals => Refusals(moved, index, refusals, body),
            StateStatement at => State(state, moved, at),
            GapStatement gap => Gap(moved, gap),
            LeaseStatement leases => StopFold.Leases(moved, leases),
            RevocationStatement revocation => StopFold.Revocation(moved, revocation),
            HaltStatement halt => StopFold.Halt(moved, halt),
            KeyRotationStatement rotation => Rotation(moved, index, rotation),
            _ => Refuse($"a statement type with a known effect, got {written.Statement.Type}"),
        };
        error ??= next is null ? "expected an effect" : null;
        return error is null;
    }

    internal static StatementKey? SignerOf(LedgerState state, Statement statement) => statement switch
    {
        GenesisStatement genesis => genesis.StatementKeys.FirstOrDefault(key => key.Role == KeyRoles.Statement),
        KeySetStatement set => set.Keys.FirstOrDefault(key => key.Role == KeyRoles.Statement),
        ReportStatement report => state.Boots.TryGetValue(report.Ep.Boot, out var boot) ? new(boot.Registration.Kid, boot.Registration.PublicKey, KeyRoles.Report) : null,
        PlaneStatement => state.StatementKey,
        _ => null,
    };

    /// <summary>What holds for every statement: its log, its plane, its time.</summary>
    private static string? Place(LedgerState state, Statement statement)
    {
        if ((state.Size == 0) != (statement is GenesisStatement))
        {
            return $"expected genesis at index 0 and nowhere else, got {statement.Type} at {Digits(state.Size)}";
        }

        if (LogEnd.IsEnding(state) && (state.EndsWithState || statement is not StateStatement))
        {
            return $"expected nothing after the end of this log, which goes on as {state.HeadKeys?.Successor?.Name}, got {statement.Type}";
        }

        if (state.Size > 0 && statement.Origin != state.Origin)
        {
            return $"expected origin {state.Origin}, got {statement.Origin}";
        }

        if (statement is not PlaneStatement { Plane: var plane })
        {
            return null;
        }

        var mayRise = statement is GenesisStatement or KeySetStatement;
        return state.Size > 0 && plane.Instance != state.Plane.Instance ? $"expected instance {state.Plane.Instance}, got {plane.Instance}"
            : plane.Epoch < state.Plane.Epoch || (plane.Epoch > state.Plane.Epoch && !mayRise) ? $"expected epoch {Digits(state.Plane.Epoch)}, got {Digits(plane.Epoch)}"
            : statement.Time < state.Time ? $"expected a time not before {state.Time}, got {statement.Time}"
            : null;
    }

    private static (LedgerState? Next, string? Error) Genesis(LedgerState next, GenesisStatement genesis)
        => genesis.Cause is not ("first" or "rotation") ? Refuse($"cause first or rotation, got {genesis.Cause}")
            : genesis.State != next.Parts.Digests.Digest || (genesis.Cause == "first" && genesis.State != StateDigests.Empty.Digest) ? Refuse($"the state that is carried over, {next.Parts.Digests.Digest}, got {genesis.State}")
            : LogEnd.Refusal(next) is { } cannot ? (null, cannot)
            : genesis.HeadKey.Name != genesis.Origin ? Refuse($"a head key of the name {genesis.Origin}, got {genesis.HeadKey.Name}")
            : (next with { Origin = genesis.Origin, HeadKeys = HeadKeys.Of(genesis.HeadKey), StatementKey = genesis.StatementKeys[0], RootKey = genesis.StatementKeys[1] }, null);

    private static (LedgerState? Next, string? Error) EnforcementPoint(LedgerState next, EntryIndex index, EnforcementPointStatement point)
    {
        if (next.Boots.ContainsKey(point.Ep.Boot))
        {
            return Refuse($"a new boot, got {point.Ep.Boot} again");
        }

        var boots = next.Boots;
        if (next.Points.TryGetValue(point.Ep.Id, out var name))
        {
            var before = boots[name];
            var missing = before.Used.Missing(point.Previous is { } previous && previous.Boot == name ? previous.LastSeq : 0);
            boots = boots.SetItem(name, before.End());
            next = missing.IsEmpty ? next : next with
            {
                Uncovered = next.Uncovered.SetItem(name, new(before.Registration.Ep, before.Registration.Time, point.Time, [.. missing.Select(range => new SeqRange(range.First, range.Last))])),
            };
        }

        return (next with { Boots = boots.Add(point.Ep.Boot, new(index, point)), Points = next.Points.SetItem(point.Ep.Id, point.Ep.Boot) }, null);
    }

    private static (LedgerState? Next, string? Error) PolicyActivation(LedgerState next, EntryIndex index, PolicyActivationStatement activation)
    {
        if (activation.Previous != next.Active?.Digest)
        {
            return Refuse($"previous {Hex(next.Active?.Digest)}, got {Hex(activation.Previous)}");
        }

        var parts = next.Parts;
        if (activation.Source.Seq is { } seq)
        {
            var key = JsonValue.Of("law");
            if (parts[StateParts.Bundles].TryGet(key, out var newest) && newest.AsInteger > seq)
            {
                return Refuse($"a bundle seq of at least {newest}, got {Digits(seq)}");
            }

            parts = parts.With(StateParts.Bundles, parts[StateParts.Bundles].With(key, JsonValue.Of(seq)));
        }

        return (next with { Parts = parts, Active = new(index, activation) }, null);
    }

    private static (LedgerState? Next, string? Error) KeySet(LedgerState next, EntryIndex index, KeySetStatement set)
        => next.RootKey?.TryKey(out var root) == true && set.IsProvenBy(root)
            ? (next with { StatementKey = set.Keys.First(key => key.Role == KeyRoles.Statement), KeySets = next.KeySets.Add(new(index, set)) }, null)
            : Refuse($"the proof of root {next.RootKey?.Kid}");

    /// <summary>Of the keys that outlive a day, those of heads alone are replaced in a log, the last time by the first one of the log that goes on: a new root is a new installation.</summary>
    private static (LedgerState? Next, string? Error) Rotation(LedgerState next, EntryIndex index, KeyRotationStatement rotation)
    {
        var error = "expected a head key";
        return next.HeadKeys?.TryRotate(index.Value, rotation, out var keys, out error) != true ? (null, error)
            : keys!.Successor is not null && LogEnd.Refusal(next) is { } open ? (null, open)
            : (next with { HeadKeys = keys }, null);
    }

    private static (LedgerState? Next, string? Error) Decision(LedgerState next, EntryIndex index, DecisionStatement decision, Digest digest, BodyKey? body)
    {
        if (!TryBoot(next, decision.Ep, body, out var boot, out var error))
        {
            return (null, error);
        }

        if (boot.IsOver || decision.Ep.Prev != boot.PrevDecision)
        {
            return Refuse(boot.IsOver ? $"a boot that is not over, got {boot.Boot}" : $"prev {Hex(boot.PrevDecision)}, got {Hex(decision.Ep.Prev)}");
        }

        boot = boot.With(decision.Ep.Seq, decision.Ep.Seq, index, body?.Body) with { PrevDecision = digest };
        foreach (var (first, last) in decision.Canary?.Ranges ?? [])
        {
            if (boot.Used.Touches(first, last))
            {
                return Refuse($"numbers of probes that have no entry, got {Digits(first)} to {Digits(last)}");
            }

            boot = boot.With(first, last, index, null);
        }

        next = next with { Boots = next.Boots.SetItem(boot.Boot, boot) };
        return decision.IsAllowed ? Intent(next, index, decision, digest, boot) : (next, null);
    }

    private static (LedgerState? Next, string? Error) Intent(LedgerState next, EntryIndex index, DecisionStatement decision, Digest digest, BootState boot)
    {
        if (decision.Permit is not { } permit || decision.Snapshot != next.Active?.Digest)
        {
            return Refuse(decision.Permit is null ? "a permit in an allow" : $"the snapshot in force, {Hex(next.Active?.Digest)}, got {decision.Snapshot}");
        }

        // Whom any other halt is about the log does not name: that the plane looks at, in the same place of the order.
        if (next.Halts.Any(halt => halt.Kind == ScopeKind.All))
        {
            return Refuse("no allow while everything is halted");
        }

        if (!decision.Budgets.IsEmpty || !decision.Approvals.IsEmpty)
        {
            return Refuse("no budget or approval: their state is not kept yet");
        }

        if (permit.Lease is { } terms && (next.Leases.ContainsKey(terms.Id) || terms.Epoch != next.Plane.Epoch))
        {
            return Refuse($"a new lease under epoch {Digits(next.Plane.Epoch)}, got {terms.Id} under {Digits(terms.Epoch)}");
        }

        if (next.Open.ContainsKey(permit.Jti) || next.Orphaned.ContainsKey(permit.Jti))
        {
            return Refuse($"a new jti, got {permit.Jti} again");
        }

        var intent = new OpenIntent(permit.Jti, index, digest, boot.Boot, permit.NotAfter, permit.Lease?.Id);
        next = next with
        {
            Open = next.Open.Add(permit.Jti, intent),
            Parts = next.Parts.With(StateParts.Outcomes, next.Parts[StateParts.Outcomes].With(JsonValue.Of(permit.Jti), intent.ToRow())),
        };
        return (permit.Lease is { } lease ? StopFold.Grant(next, new OpenLease(lease.Id, permit.Jti, boot.Boot, lease.Ttl, lease.Epoch, false)) : next, null);
    }

    private static (LedgerState? Next, string? Error) Outcome(LedgerState next, EntryIndex index, OutcomeStatement outcome, Digest digest, BodyKey? body)
    {
        if (!TryReporter(next, outcome.Ep, body, out var boot, out var error))
        {
            return (null, error);
        }

        var isLate = !next.Open.TryGetValue(outcome.Jti, out var intent);
        if (isLate && !next.Orphaned.TryGetValue(outcome.Jti, out intent))
        {
            return Refuse($"an allow without outcome, got jti {outcome.Jti}");
        }

        if (intent!.Boot != boot.Boot || !Names(outcome.Decision, intent))
        {
            return Refuse($"the decision at {intent.Index} for boot {intent.Boot}, got another");
        }

        next = next with { Boots = next.Boots.SetItem(boot.Boot, boot.With(outcome.Ep.Seq, outcome.Ep.Seq, index, body?.Body) with { PrevReport = digest }) };
        return (isLate ? next with { Orphaned = next.Orphaned.Remove(outcome.Jti) } : Close(next, outcome.Jti), null);
    }

    /// <summary>Its sums are the point's claim, right or wrong: they are recorded, and an audit judges them. What it names as open must be so, for that closes what it does not name.</summary>
    private static (LedgerState? Next, string? Error) Coverage(LedgerState next, EntryIndex index, CoverageStatement coverage, Digest digest, BodyKey? body)
    {
        if (!TryReporter(next, coverage.Ep, body, out var boot, out var error))
        {
            return (null, error);
        }

        if (coverage.Open.FirstOrDefault(jti => !((next.Open.TryGetValue(jti, out var intent) || next.Orphaned.TryGetValue(jti, out intent)) && intent.Boot == boot.Boot)) is { } unknown)
        {
            return Refuse($"allows of this boot without outcome, got jti {unknown}");
        }

        boot = boot.With(coverage.Ep.Seq, coverage.Ep.Seq, index, body?.Body) with { PrevReport = digest };
        return (next with { Boots = next.Boots.SetItem(boot.Boot, coverage.Final ? boot.Close() : boot) }, null);
    }

    private static (LedgerState? Next, string? Error) Orphaned(LedgerState next, OrphanedStatement orphaned)
    {
        if (!next.Open.TryGetValue(orphaned.Jti, out var intent) || !Names(orphaned.Decision, intent))
        {
            return Refuse($"an allow without outcome, got jti {orphaned.Jti}");
        }

        var end = DateTimeOffset.FromUnixTimeSeconds(intent.NotAfter);
        var isDue = orphaned.Why switch
        {
            "no-outcome" => next.Time.Time >= end.AddSeconds(orphaned.Grace) && (intent.Lease is not { } lease || !next.Leases.ContainsKey(lease)),
            "boot-ended" => !next.Boots.TryGetValue(intent.Boot, out var boot) || boot.IsOver,
            "not-released" => true,
            _ => false,
        };
        return isDue && orphaned.LeaseEnd == Timestamp.From(end)
            ? (Close(next, orphaned.Jti) with { Orphaned = next.Orphaned.Add(orphaned.Jti, intent with { Lease = null }) }, null)
            : Refuse($"an allow past its end and the grace, or of a boot that is over, got jti {orphaned.Jti}");
    }

    private static (LedgerState? Next, string? Error) Refusals(LedgerState next, EntryIndex index, RefusalsStatement refusals, BodyKey? body)
    {
        if (!next.Boots.TryGetValue(refusals.Ep.Boot, out var boot) || boot.Point != refusals.Ep.Id || boot.IsClosed)
        {
            return Refuse($"a registered boot that did not close, got {refusals.Ep.Boot} of {refusals.Ep.Id}");
        }

        foreach (var range in refusals.Ranges)
        {
            if (boot.Used.Touches(range.First, range.Last))
            {
                return Refuse($"unused numbers, got {Digits(range.First)} to {Digits(range.Last)}");
            }

            boot = boot.With(range.First, range.Last, index, null);
        }

        if (body is { } message)
        {
            boot = boot with { Answers = boot.Answers.With(new(message.Seq, index, message.Body)) };
        }

        return (next with { Boots = next.Boots.SetItem(boot.Boot, boot) }, null);
    }

    private static (LedgerState? Next, string? Error) Gap(LedgerState next, GapStatement gap)
    {
        if (gap.Kind != CoverageGap.Kind || gap.Ep is null || !next.Uncovered.TryGetValue(gap.Ep.Boot, out var due))
        {
            return (next, null);
        }

        var left = due.After(gap.Ranges);
        return (next with { Uncovered = left is null ? next.Uncovered.Remove(gap.Ep.Boot) : next.Uncovered.SetItem(gap.Ep.Boot, left) }, null);
    }

    private static (LedgerState? Next, string? Error) State(LedgerState before, LedgerState next, StateStatement at)
        => at.Size != before.Size ? Refuse($"size {Digits(before.Size)}, got {Digits(at.Size)}")
            : at.Parts.Digest != before.Parts.Digests.Digest ? Refuse($"stateDigest {before.Parts.Digests.Digest}, got {at.Parts.Digest}")
            : (next with { EndsWithState = true, LastStateEntry = before.Size }, null);

    private static LedgerState Close(LedgerState next, string jti)
    {
        next = StopFold.Forget(next, next.Open.GetValueOrDefault(jti)?.Lease);
        return next with
        {
            Open = next.Open.Remove(jti),
            Parts = next.Parts.With(StateParts.Outcomes, next.Parts[StateParts.Outcomes].Without(JsonValue.Of(jti))),
        };
    }

    private static bool Names(EntryReference decision, OpenIntent intent) => decision.Index == intent.Index.Value && decision.Statement == intent.Statement;

    /// <summary>The boot that reports, whether it may use this number, and whether the report joins its last.</summary>
    private static bool TryReporter(LedgerState state, PointSequence ep, BodyKey? body, [NotNullWhen(true)] out BootState? boot, [NotNullWhen(false)] out string? error)
    {
        if (!TryBoot(state, ep, body, out boot, out error))
        {
            return false;
        }

        error = boot.IsClosed ? $"nothing more of boot {boot.Boot}, which closed"
            : ep.Prev != boot.PrevReport ? $"prev {Hex(boot.PrevReport)}, got {Hex(ep.Prev)}"
            : null;
        return error is null;
    }

    /// <summary>The boot that speaks, and whether it may still use this number.</summary>
    private static bool TryBoot(LedgerState state, PointSequence ep, BodyKey? body, [NotNullWhen(true)] out BootState? boot, [NotNullWhen(false)] out string? error)
    {
        var found = state.Boots.GetValueOrDefault(ep.Boot);
        error = found is null || found.Point != ep.Id ? $"expected a registered boot, got {ep.Boot} of {ep.Id}"
            : !found.Accepts(ep.Seq) ? $"expected an unused number within {Digits(BootState.WindowMax)} of {Digits(found.Used.Last)}, got {Digits(ep.Seq)}"
            : body is { } message && (message.Seq != ep.Seq || message.Boot != ep.Boot) ? $"expected the number of the message, {Digits(message.Seq)}, got {Digits(ep.Seq)}"
            : null;
        boot = error is null ? found : null;
        return boot is not null && error is null;
    }

    private static (LedgerState? Next, string? Error) Refuse(string expected) => (null, $"expected {expected}");

    private static string Hex(Digest? digest) => digest?.ToHex() ?? "null";

    private static string Digits(long value) => value.ToString(CultureInfo.InvariantCulture);
}
