using System.Collections.Immutable;
using Obstat.Proof;
using Obstat.Proof.Statements;

namespace Obstat.Core.Records;

/// <summary>What the log knows of one boot of an enforcement point.</summary>
/// <param name="Index">Where its <c>enforcement-point</c> entry stands.</param>
/// <param name="Registration">The entry: id, boot, report key, formats.</param>
public sealed record BootState(EntryIndex Index, EnforcementPointStatement Registration)
{
    /// <summary>How far out of order numbers may arrive, and for how many an answer is kept.</summary>
    public const long WindowMax = 4_096;

    /// <summary>The point's id.</summary>
    public string Point => Registration.Ep.Id;

    /// <summary>The boot.</summary>
    public string Boot => Registration.Ep.Boot;

    /// <summary>Whether a later boot of the same point was registered.</summary>
    public bool IsOver { get; internal init; }

    /// <summary>The numbers that have an entry.</summary>
    public SequenceRanges Used { get; internal init; } = SequenceRanges.Empty;

    /// <summary>Statement digest of the last decision for it.</summary>
    public Digest? PrevDecision { get; internal init; }

    /// <summary>Statement digest of the last outcome that it signed.</summary>
    public Digest? PrevReport { get; internal init; }

    /// <summary>Where the newest numbers were answered, with the digest of the message where it came to this process.</summary>
    public ImmutableDictionary<long, (EntryIndex Index, Digest? Body)> Answers { get; internal init; } = ImmutableDictionary<long, (EntryIndex Index, Digest? Body)>.Empty;

    /// <summary>Whether this number can still get an entry: from 1, unused, not older than the window.</summary>
    public bool Accepts(long seq) => seq >= 1 && seq > Used.Last - WindowMax && !Used.Touches(seq, seq);

    internal BootState With(long first, long last, EntryIndex index, Digest? body)
    {
        var used = Used.With(first, last);
        var answers = first == last ? Answers.SetItem(first, (index, body)) : Answers;
        // Now and then, not each time: the window may hold twice what it must.
        return this with
        {
            Used = used,
            Answers = answers.Count > 2 * WindowMax ? answers.RemoveRange(answers.Keys.Where(seq => seq <= used.Last - WindowMax)) : answers,
        };
    }

    internal BootState End() => this with { IsOver = true, Answers = Answers.Clear() };
}
