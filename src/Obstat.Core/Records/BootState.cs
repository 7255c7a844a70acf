using Obstat.Proof;
using Obstat.Proof.Statements;

namespace Obstat.Core.Records;

/// <summary>What the log knows of one boot of an enforcement point.</summary>
/// <param name="Index">Where its <c>enforcement-point</c> entry stands.</param>
/// <param name="Registration">The entry: id, boot, report key, formats.</param>
public sealed record BootState(EntryIndex Index, EnforcementPointStatement Registration)
{
    /// <summary>How far out of order numbers may arrive. Answers are kept for twice as many.</summary>
    public const long WindowMax = 4_096;

    /// <summary>The point's id.</summary>
    public string Point => Registration.Ep.Id;

    /// <summary>The boot.</summary>
    public string Boot => Registration.Ep.Boot;

    /// <summary>Whether it closed, or a later boot of the same point was registered: it is allowed nothing more.</summary>
    public bool IsOver { get; internal init; }

    /// <summary>Whether it said that it says nothing more.</summary>
    public bool IsClosed { get; internal init; }

    /// <summary>The numbers that have an entry.</summary>
    public SequenceRanges Used { get; internal init; } = SequenceRanges.Empty;

    /// <summary>Statement digest of the last decision for it.</summary>
    public Digest? PrevDecision { get; internal init; }

    /// <summary>Statement digest of the last report that it signed.</summary>
    public Digest? PrevReport { get; internal init; }

    /// <summary>Where the newest numbers were answered, with the digest of the message where it came to this process.</summary>
    public RecentAnswers Answers { get; internal init; } = RecentAnswers.Empty;

    /// <summary>Whether this number can still get an entry: from 1, unused, not older than the window.</summary>
    public bool Accepts(long seq) => seq >= 1 && seq > Used.Last - WindowMax && !Used.Touches(seq, seq);

    internal BootState With(long first, long last, EntryIndex index, Digest? body)
        => this with { Used = Used.With(first, last), Answers = first == last ? Answers.With(new(first, index, body)) : Answers };

    /// <summary>Its last answers stay: the last report may come again, where its answer was lost.</summary>
    internal BootState Close() => this with { IsOver = true, IsClosed = true };

    internal BootState End() => this with { IsOver = true, Answers = RecentAnswers.Empty };
}
