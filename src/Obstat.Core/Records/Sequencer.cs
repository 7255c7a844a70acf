using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;

namespace Obstat.Core.Records;

/// <summary>Gives each draft its place. A pure function of the state, the draft, the time and a nonce: the same inputs give the same entry.</summary>
public static class Sequencer
{
    /// <summary>Sequences one draft after <paramref name="state"/>.</summary>
    /// <param name="state">The fold over all entries before.</param>
    /// <param name="draft">What to record.</param>
    /// <param name="now">A trusted reading of the clock, UTC. Within the clock's error it may lie before the newest entry; the entry then carries that entry's time.</param>
    /// <param name="nonce">128 random bits, base64url.</param>
    /// <param name="plane">This plane.</param>
    /// <param name="clock">What it claims about its clock.</param>
    /// <param name="origin">Name of the log.</param>
    public static Sequencing Next(LedgerState state, Draft draft, DateTimeOffset now, string nonce, Plane plane, Clock clock, string origin)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(draft);
        if (draft.Message is { } message && state.Boots.TryGetValue(message.Boot, out var boot) && boot.Answers.TryGet(message.Seq, out var answer))
        {
            return answer.Body == message.Body
                ? new Sequencing.Repeat(answer.Index)
                : new Sequencing.Refusal(DenyReason.Malformed, $"seq {message.Seq} of boot {message.Boot} was used for another message");
        }

        return draft.Signed is { } signed ? OfPoint(state, draft, signed) : OfPlane(state, draft, now, nonce, plane, clock, origin);
    }

    private static Sequencing OfPoint(LedgerState state, Draft draft, WrittenStatement signed)
        => signed.Statement.Signer == SignerRole.Report && state.SignerOf(signed.Statement) is { } signer && signer.PublicKey == draft.SignedBy?.ToBase64()
            ? Apply(state, signed, draft.Message, DenyReason.Malformed)
            : new Sequencing.Refusal(DenyReason.AssertionInvalid, "expected the report key of the boot");

    private static Sequencing OfPlane(LedgerState state, Draft draft, DateTimeOffset now, string nonce, Plane plane, Clock clock, string origin)
    {
        var time = Timestamp.From(now);
        var prev = draft.Boot is { } of && state.Boots.TryGetValue(of, out var asking) ? asking.PrevDecision : null;
        var sequenced = new Sequenced(new(state.Size), time < state.Time ? state.Time : time, origin, plane, clock, prev, nonce, state);
        var composed = draft.Compose is { } compose ? compose(sequenced) : default;
        if (composed.Statement is not { } statement)
        {
            return new Sequencing.Refusal(composed.Reason, "the draft refused");
        }

        if (statement is not PlaneStatement stamped || stamped.Plane != plane || statement.Nonce != nonce || statement.Time != sequenced.Time || statement.Clock != clock || statement.Origin != origin)
        {
            return new Sequencing.Refusal(DenyReason.Fault, "expected a plane statement with what the sequencer gave");
        }

        return WrittenStatement.TryWrite(statement, out var written, out var error)
            ? Apply(state, written, draft.Message, DenyReason.Fault)
            : new Sequencing.Refusal(DenyReason.Fault, error);
    }

    private static Sequencing Apply(LedgerState state, WrittenStatement written, BodyKey? message, DenyReason otherwise)
        => state.TryApply(written, message, out var next, out var error)
            ? new Sequencing.Entry(written, next)
            : new Sequencing.Refusal(otherwise, error);
}
