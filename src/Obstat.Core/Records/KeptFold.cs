using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Obstat.Proof;
using Obstat.Proof.Json;
using Obstat.Proof.Notes;
using Obstat.Proof.Statements;

namespace Obstat.Core.Records;

/// <summary>
/// The fold at a <c>state</c> entry, in bytes, so that a start need not fold everything again. Rows of the state's parts stand whole; statements that the state refers to stand by index and digest and are read
/// from the log. The bytes are believed only under a seal of the head key, and only if their parts have the digest of that <c>state</c> entry; deleting them is always safe.
/// </summary>
public static class KeptFold
{
    /// <summary>Bytes of a kept fold at most: 256 MiB.</summary>
    public const int BytesMax = 1 << 28;

    private static readonly JsonLimits Limits = new(BytesMax, 16, int.MaxValue);

    /// <summary>Writes a state that ends with a <c>state</c> entry.</summary>
    /// <param name="state">The state.</param>
    /// <param name="root">Root of the tree of its entries.</param>
    public static byte[] Write(LedgerState state, in Digest root)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (!state.EndsWithState)
        {
            throw new ArgumentException("a fold is kept at a state entry", nameof(state));
        }

        return JsonValue.Object(
            ("active", state.Active is { } active ? JsonValue.Of(active.Index.Value) : JsonValue.Null),
            ("boots", JsonValue.Array(state.Boots.Values.OrderBy(b => b.Index).Select(BootToJson))),
            ("headKeys", JsonValue.Array(state.HeadKeys?.Rotations.Select(JsonValue.Of) ?? [])),
            ("keySets", JsonValue.Array(state.KeySets.Select(k => JsonValue.Of(k.Index.Value)))),
            ("orphaned", JsonValue.Array(state.Orphaned.Values.OrderBy(o => o.Index).Select(IntentToJson))),
            ("parts", JsonValue.Object([.. StateDigests.Names.Select(name => (name, JsonValue.Array(state.Parts[name].Rows.Select(row => JsonValue.Array(row.Key, row.Value)))))])),
            ("root", JsonValue.Of(root.ToHex())),
            ("size", JsonValue.Of(state.Size)),
            ("uncovered", JsonValue.Array(state.Uncovered.Values.OrderBy(g => g.Ep.Boot, StringComparer.Ordinal).Select(GapToJson)))).ToCanonicalBytes();
    }

    /// <summary>Reads a kept fold. The caller verified its seal.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="entry">Gives an entry's statement from the log, below the size that the seal names. What it throws goes through.</param>
    /// <param name="state">The state.</param>
    /// <param name="root">Root of the tree that it belongs to.</param>
    /// <param name="error">Why it is refused.</param>
    public static bool TryRead(ReadOnlySpan<byte> bytes, Func<long, Statement> entry, [NotNullWhen(true)] out LedgerState? state, out Digest root, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(entry);
        (state, root) = (null, default);
        if (!StrictJson.TryParse(bytes, JsonRules.Intake, Limits, out var json, out var refused))
        {
            error = refused.ToString();
            return false;
        }

        var fields = new JsonFields(json);
        var size = fields.Integer("size", 2);
        var active = fields.IntegerOrNull("active");
        var keySets = fields.Array("keySets", int.MaxValue);
        var boots = fields.Array("boots", int.MaxValue);
        var rotations = fields.Array("headKeys", int.MaxValue);
        var orphaned = fields.Array("orphaned", int.MaxValue);
        var uncovered = fields.Array("uncovered", int.MaxValue);
        var parts = fields.Fields("parts");
        if (!Digest.TryParseHex(fields.String("root"), out root))
        {
            fields.Refuse("root", "a digest");
        }

        var rows = StateDigests.Names.Select(name => (name, parts.Array(name, int.MaxValue))).ToImmutableArray();
        if (!fields.Complete() || !parts.Complete())
        {
            error = $"{fields.Error ?? parts.Error}";
            return false;
        }

        error = "expected the entries that the fold refers to";
        if (entry(0) is not GenesisStatement genesis
            || entry(size - 1) is not StateStatement last
            || (active is { } at && entry(at) is not PolicyActivationStatement))
        {
            return false;
        }

        var kept = LedgerState.Empty with
        {
            Size = size,
            Origin = genesis.Origin,
            HeadKeys = HeadKeys.Of(genesis.HeadKey),
            RootKey = genesis.StatementKeys[1],
            Plane = last.Plane,
            Time = last.Time,
            Active = active is { } index ? new(new(index), (PolicyActivationStatement)entry(index)) : null,
            EndsWithState = true,
            LastStateEntry = size - 1,
            Parts = rows.Aggregate(StateParts.Empty, (all, part) => part.Item2.Aggregate(all[part.name], (tree, row) => row.Items is [var key, var value] ? tree.With(key, value) : tree) is { Count: > 0 } tree ? all.With(part.name, tree) : all),
        };
        if (last.Size != size - 1 || last.Parts.Digest != kept.Parts.Digests.Digest)
        {
            error = $"expected stateDigest {last.Parts.Digest} of entry {size - 1}, got {kept.Parts.Digests.Digest}";
            return false;
        }

        if (!TryHeadKeys(rotations, entry, ref kept) || !TryKeys(keySets, entry, ref kept) || !TryBoots(boots, entry, ref kept) || !TryIntents(orphaned, ref kept) || !StopFold.TryRestore(ref kept) || !TryGaps(uncovered, ref kept))
        {
            error = "expected head keys, key sets, boots, intents, leases, stops and gaps in their forms";
            return false;
        }

        (state, error) = (kept, null);
        return true;
    }

    private static bool TryHeadKeys(ImmutableArray<JsonValue> kept, Func<long, Statement> entry, ref LedgerState state)
    {
        foreach (var item in kept)
        {
            if (item.AsInteger is not { } index || entry(index) is not KeyRotationStatement rotation || !state.HeadKeys!.TryRotate(index, rotation, out var next, out _))
            {
                return false;
            }

            state = state with { HeadKeys = next };
        }

        return true;
    }

    private static bool TryKeys(ImmutableArray<JsonValue> kept, Func<long, Statement> entry, ref LedgerState state)
    {
        var sets = ImmutableArray.CreateBuilder<AnnouncedKeys>(kept.Length);
        foreach (var item in kept)
        {
            if (item.AsInteger is not { } index || entry(index) is not KeySetStatement set)
            {
                return false;
            }

            sets.Add(new(new(index), set));
        }

        state = state with { KeySets = sets.DrainToImmutable() };
        if (state.KeySets.IsEmpty)
        {
            return false;
        }

        state = state with { StatementKey = state.KeySets[^1].Set.Keys.First(key => key.Role == KeyRoles.Statement) };
        return true;
    }

    private static JsonValue BootToJson(BootState boot) => JsonValue.Object(
        ("answers", JsonValue.Array(boot.Answers.All.Select(a => JsonValue.Array(JsonValue.Of(a.Seq), JsonValue.Of(a.Index.Value))))),
        ("closed", JsonValue.Of(boot.IsClosed)),
        ("index", JsonValue.Of(boot.Index.Value)),
        ("over", JsonValue.Of(boot.IsOver)),
        ("prevDecision", JsonValue.Of(boot.PrevDecision?.ToHex())),
        ("prevReport", JsonValue.Of(boot.PrevReport?.ToHex())),
        ("used", JsonValue.Array(boot.Used.Ranges.Select(r => JsonValue.Array(JsonValue.Of(r.First), JsonValue.Of(r.Last))))));

    private static bool TryBoots(ImmutableArray<JsonValue> kept, Func<long, Statement> entry, ref LedgerState state)
    {
        var (boots, points) = (state.Boots.ToBuilder(), state.Points.ToBuilder());
        foreach (var item in kept)
        {
            var fields = new JsonFields(item);
            var (index, over, closed) = (fields.Integer("index"), fields.Boolean("over"), fields.Boolean("closed"));
            var (decision, report) = (fields.StringOrNull("prevDecision"), fields.StringOrNull("prevReport"));
            var (used, answers) = (fields.Array("used", int.MaxValue), fields.Array("answers", int.MaxValue));
            if (!fields.Complete()
                || entry(index) is not EnforcementPointStatement registration
                || !TryPairs(used, out var ranges)
                || !SequenceRanges.TryOf(ranges, out var numbers)
                || !TryPairs(answers, out var told)
                || !TryDigest(decision, out var prevDecision)
                || !TryDigest(report, out var prevReport))
            {
                return false;
            }

            boots[registration.Ep.Boot] = new(new(index), registration)
            {
                IsOver = over,
                IsClosed = closed,
                Used = numbers,
                PrevDecision = prevDecision,
                PrevReport = prevReport,
                // Digests of messages belong to the process that got them, as after a whole fold.
                Answers = told.Aggregate(RecentAnswers.Empty, (answers, a) => answers.With(new(a.First, new(a.Last), null))),
            };
            points[registration.Ep.Id] = registration.Ep.Boot; // in the order of the log: the newest stays
        }

        state = state with { Boots = boots.ToImmutable(), Points = points.ToImmutable() };
        return true;
    }

    private static JsonValue IntentToJson(OpenIntent intent) => JsonValue.Array(JsonValue.Of(intent.Jti), intent.ToRow());

    private static bool TryIntents(ImmutableArray<JsonValue> kept, ref LedgerState state)
    {
        var orphaned = state.Orphaned.ToBuilder();
        foreach (var item in kept)
        {
            if (item.Items is not [var jti, var row] || jti.AsString is not { } name || !OpenIntent.TryRow(name, row, out var intent))
            {
                return false;
            }

            orphaned[name] = intent;
        }

        var open = state.Open.ToBuilder();
        foreach (var (jti, row) in state.Parts[StateParts.Outcomes].Rows)
        {
            if (jti.AsString is not { } name || !OpenIntent.TryRow(name, row, out var intent))
            {
                return false;
            }

            open[name] = intent;
        }

        state = state with { Orphaned = orphaned.ToImmutable(), Open = open.ToImmutable() };
        return true;
    }

    private static JsonValue GapToJson(CoverageGap gap) => JsonValue.Object(
        ("boot", JsonValue.Of(gap.Ep.Boot)),
        ("from", JsonValue.Of(gap.From.ToString())),
        ("ranges", JsonValue.Array(gap.Ranges.Select(r => JsonValue.Array(JsonValue.Of(r.First), JsonValue.Of(r.Last))))),
        ("to", JsonValue.Of(gap.To.ToString())));

    private static bool TryGaps(ImmutableArray<JsonValue> kept, ref LedgerState state)
    {
        var uncovered = state.Uncovered.ToBuilder();
        foreach (var item in kept)
        {
            var fields = new JsonFields(item);
            var (name, from, to) = (fields.String("boot"), fields.String("from"), fields.String("to"));
            var ranges = fields.Array("ranges", int.MaxValue);
            if (!fields.Complete()
                || !state.Boots.TryGetValue(name, out var boot)
                || !Timestamp.TryParse(from, out var start)
                || !Timestamp.TryParse(to, out var end)
                || !TryPairs(ranges, out var missing))
            {
                return false;
            }

            uncovered[name] = new(boot.Registration.Ep, start, end, [.. missing.Select(r => new SeqRange(r.First, r.Last))]);
        }

        state = state with { Uncovered = uncovered.ToImmutable() };
        return true;
    }

    private static bool TryPairs(ImmutableArray<JsonValue> items, out ImmutableArray<(long First, long Last)> pairs)
    {
        var read = ImmutableArray.CreateBuilder<(long, long)>(items.Length);
        foreach (var item in items)
        {
            if (item.Items is not [var first, var last] || first.AsInteger is not { } a || last.AsInteger is not { } b)
            {
                pairs = [];
                return false;
            }

            read.Add((a, b));
        }

        pairs = read.MoveToImmutable();
        return true;
    }

    private static bool TryDigest(string? hex, out Digest? digest)
    {
        var read = default(Digest);
        var isRead = hex is null || Digest.TryParseHex(hex, out read);
        digest = hex is null || !isRead ? null : read;
        return isRead;
    }
}
