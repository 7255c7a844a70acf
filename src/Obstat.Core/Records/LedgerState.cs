using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Notes;
using Obstat.Proof.Statements;

namespace Obstat.Core.Records;

/// <summary>
/// The fold over a log: everything that the next entry depends on, and nothing that the entries before it do not determine. Immutable. The same code folds at sequencing and at start, so a log that
/// could not have been sequenced refuses to open.
/// </summary>
public sealed record LedgerState
{
    private LedgerState()
    {
    }

    /// <summary>The fold over no entry.</summary>
    public static LedgerState Empty { get; } = new();

    /// <summary>The fold over no entry of a log that goes on from another one: its genesis must name the digest of these rows. Throws for rows that are none of a state.</summary>
    /// <param name="carried">The state of the other log at its end.</param>
    public static LedgerState Continuing(StateParts carried)
    {
        ArgumentNullException.ThrowIfNull(carried);
        var state = Empty with { Parts = carried };
        return StopFold.TryRestore(ref state) ? state : throw new ArgumentException("expected rows in their forms", nameof(carried));
    }

    /// <summary>Count of entries; also the index of the next.</summary>
    public long Size { get; internal init; }

    /// <summary>Name of the log; empty before <c>genesis</c>.</summary>
    public string Origin { get; internal init; } = "";

    /// <summary>The keys of its heads, as <c>genesis</c> and rotations announced them; null before.</summary>
    public HeadKeys? HeadKeys { get; internal init; }

    /// <summary>Instance and newest epoch.</summary>
    public Plane Plane { get; internal init; } = new("", 0);

    /// <summary>Time of the newest plane statement.</summary>
    public Timestamp Time { get; internal init; }

    /// <summary>The enforcement state under its digest.</summary>
    public StateParts Parts { get; internal init; } = StateParts.Empty;

    /// <summary>All boots by their id.</summary>
    public ImmutableDictionary<string, BootState> Boots { get; internal init; } = ImmutableDictionary.Create<string, BootState>(StringComparer.Ordinal);

    /// <summary>The newest boot of each enforcement point, by the point's id.</summary>
    public ImmutableDictionary<string, string> Points { get; internal init; } = ImmutableDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Allows without outcome, by jti.</summary>
    public ImmutableDictionary<string, OpenIntent> Open { get; internal init; } = ImmutableDictionary.Create<string, OpenIntent>(StringComparer.Ordinal);

    /// <summary>Leases that are not over, by id.</summary>
    public ImmutableDictionary<string, OpenLease> Leases { get; internal init; } = ImmutableDictionary.Create<string, OpenLease>(StringComparer.Ordinal);

    /// <summary>What is revoked, for ever.</summary>
    public ImmutableHashSet<StopTarget> Revoked { get; internal init; } = [];

    /// <summary>What is halted now.</summary>
    public ImmutableHashSet<StopTarget> Halts { get; internal init; } = [];

    /// <summary>Allows that were closed as orphaned and may still be reported late, by jti.</summary>
    public ImmutableDictionary<string, OpenIntent> Orphaned { get; internal init; } = ImmutableDictionary.Create<string, OpenIntent>(StringComparer.Ordinal);

    /// <summary>Ended boots with numbers that have no entry, until a <c>gap</c> entry tells them; by boot.</summary>
    public ImmutableDictionary<string, CoverageGap> Uncovered { get; internal init; } = ImmutableDictionary.Create<string, CoverageGap>(StringComparer.Ordinal);

    /// <summary>The snapshot in force; null before the first activation.</summary>
    public ActiveSnapshot? Active { get; internal init; }

    /// <summary>All key sets, oldest first.</summary>
    public ImmutableArray<AnnouncedKeys> KeySets { get; internal init; } = [];

    /// <summary>The key that signs plane statements from the next entry on.</summary>
    public StatementKey? StatementKey { get; internal init; }

    /// <summary>The root key.</summary>
    public StatementKey? RootKey { get; internal init; }

    /// <summary>Whether the newest entry is a <c>state</c> entry: what a clean stop leaves.</summary>
    public bool EndsWithState { get; internal init; }

    /// <summary>Where the newest <c>state</c> entry stands; 0 where there is none.</summary>
    public long LastStateEntry { get; internal init; }

    /// <summary>
    /// The state after one more entry. Refuses a statement that does not follow from this state: the error says what was expected and what came.
    /// </summary>
    /// <param name="statement">The statement of the entry; its place is <see cref="Size"/>.</param>
    /// <param name="body">The message that it answers, where it is known: for repeats.</param>
    /// <param name="next">The state after it.</param>
    /// <param name="error">Why it is refused.</param>
    public bool TryApply(WrittenStatement statement, BodyKey? body, [NotNullWhen(true)] out LedgerState? next, [NotNullWhen(false)] out string? error)
        => Fold.TryApply(this, statement, body, out next, out error);

    /// <summary>
    /// The key that must have signed a statement at the next place: the statement key in force, the report key of a boot, or for <c>genesis</c> and <c>key-set</c> the statement key
    /// that they announce themselves. Null: nobody's.
    /// </summary>
    public StatementKey? SignerOf(Statement statement) => Fold.SignerOf(this, statement);

    /// <summary>The intents that are to be closed now, oldest first: those whose boot is over, and those whose permit ended <paramref name="grace"/> ago without a report.</summary>
    /// <param name="now">UTC.</param>
    /// <param name="grace">How long a report may take after the permit's end.</param>
    public ImmutableArray<OrphanDue> Sweep(DateTimeOffset now, TimeSpan grace)
    {
        var due = ImmutableArray.CreateBuilder<OrphanDue>();
        foreach (var intent in Open.Values)
        {
            if (!Boots.TryGetValue(intent.Boot, out var boot) || boot.IsOver)
            {
                due.Add(new(intent, OrphanCause.BootEnded, TimeSpan.Zero));
            }
            else if ((intent.Lease is not { } lease || !Leases.ContainsKey(lease)) && now >= DateTimeOffset.FromUnixTimeSeconds(intent.NotAfter) + grace)
            {
                due.Add(new(intent, OrphanCause.NoOutcome, grace));
            }
        }

        due.Sort((a, b) => a.Intent.Index.CompareTo(b.Intent.Index));
        return due.DrainToImmutable();
    }
}
