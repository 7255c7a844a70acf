using Obstat.Proof;

namespace Obstat.Core.Records;

/// <summary>Where the newest message numbers of a boot were answered: of numbers that lie 8,192 apart, the newer one. Immutable; a change copies about a kilobyte.</summary>
public sealed class RecentAnswers
{
    private const int Width = 32;     // of the two upper levels
    private const int LeafWidth = 8;

    private readonly Answer[]?[]?[] _slots; // by the last thirteen bits of the number

    private RecentAnswers(Answer[]?[]?[] slots) => _slots = slots;

    /// <summary>No number was answered.</summary>
    public static RecentAnswers Empty { get; } = new(new Answer[Width][][]);

    /// <summary>The answers, by their number, ascending.</summary>
    public IEnumerable<Answer> All => _slots.OfType<Answer[]?[]>().SelectMany(middle => middle.OfType<Answer[]>()).SelectMany(leaf => leaf).Where(answer => answer.Seq > 0).OrderBy(answer => answer.Seq);

    /// <summary>The answer to a number from 1.</summary>
    public bool TryGet(long seq, out Answer answer)
    {
        var (top, middle, leaf) = Slot(seq);
        answer = _slots[top]?[middle]?[leaf] ?? default;
        return seq > 0 && answer.Seq == seq;
    }

    /// <summary>These answers and one more.</summary>
    public RecentAnswers With(Answer answer)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(answer.Seq, 1);
        var (top, middle, leaf) = Slot(answer.Seq);
        var answers = _slots[top]?[middle] is { } old ? (Answer[])old.Clone() : new Answer[LeafWidth];
        answers[leaf] = answer;
        var lower = _slots[top] is { } older ? (Answer[]?[])older.Clone() : new Answer[]?[Width];
        lower[middle] = answers;
        var slots = (Answer[]?[]?[])_slots.Clone();
        slots[top] = lower;
        return new(slots);
    }

    private static (int Top, int Middle, int Leaf) Slot(long seq)
        => ((int)(seq / (LeafWidth * Width) % Width), (int)(seq / LeafWidth % Width), (int)(seq % LeafWidth));

    /// <summary>One answer.</summary>
    /// <param name="Seq">The number of the message.</param>
    /// <param name="Index">The entry that answers it.</param>
    /// <param name="Body">Digest of the message, where it came to this process.</param>
    public readonly record struct Answer(long Seq, EntryIndex Index, Digest? Body);
}
