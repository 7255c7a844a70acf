using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Merkle;
using Obstat.Proof.Messages;
using Obstat.Proof.Notes;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Receipts;

/// <summary>
/// How an enforcement point follows from one log into the next: only by entries of the old log, under the head key that it pinned, that end it and name the first key of the other one, and by a genesis there that names this end and
/// carries exactly its state. Whoever has the keys of the new log alone cannot make one, nor can whoever went on with the old one.
/// </summary>
public static class Continuation
{
    /// <summary>Checks what the plane told against what the point knows.</summary>
    /// <param name="answer">What it told.</param>
    /// <param name="pinned">The head key that the point pinned.</param>
    /// <param name="root">Thumbprint of the root that it pinned.</param>
    /// <param name="seen">The largest head that it verified; null before the first.</param>
    /// <param name="next">The key to pin.</param>
    /// <param name="error">Why it is not believed.</param>
    public static bool TryFollow(ContinuationAnswer answer, VerifierKey pinned, string root, Checkpoint? seen, [NotNullWhen(true)] out VerifierKey? next, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(answer);
        ArgumentNullException.ThrowIfNull(pinned);
        next = null;
        var heads = new HeadVerifier(pinned);
        VerifiedReceipt? state = null;
        if (!TryEntry(answer.Closing, heads, "the end", out var closing, out var closed, out error) || !TryEntry(answer.State, heads, "the last state", out state, out var last, out error))
        {
            return false;
        }

        error = closing.Statement is not KeyRotationStatement rotation || !HeadKeys.Of(pinned).TryRotate(closing.Index, rotation, out var keys, out _) || keys.Successor is null
                ? $"expected the entry that ends {pinned.Name}"
            : state.Statement is not StateStatement || state.Index != closing.Index + 1 || state.Head.Size != keys.SizeLast || !last.Note.Span.SequenceEqual(closed.Note.Span)
                ? $"expected the last state of {pinned.Name} as entry {closing.Index + 1}, under its last head of size {keys.SizeLast}, got entry {state.Index} under one of size {state.Head.Size}"
            : seen is { Size: > 0 } && seen.Origin == pinned.Name && !ConsistencyProof.Verifies(seen.Size, seen.Root, state.Head.Size, state.Head.Root, answer.Consistency.AsSpan())
                ? $"expected an end that the head of size {seen.Size} leads to, which was seen: the log was forked, or went on after this end"
            : null;
        var successor = error is null ? HeadKeys.Of(pinned).TryRotate(closing.Index, (KeyRotationStatement)closing.Statement, out var ended, out _) ? ended.Successor : null : null;
        if (successor is null)
        {
            error ??= $"expected the entry that ends {pinned.Name}";
            return false;
        }

        if (!TryEntry(answer.Genesis, new HeadVerifier(successor), "the genesis", out var first, out _, out error))
        {
            return false;
        }

        error = first.Index != 0 || first.Statement is not GenesisStatement { Cause: "rotation", Predecessor: { } before } genesis || !genesis.HeadKey.Equals(successor)
                ? $"expected the genesis of {successor.Name}, which goes on from another log"
            : before.Origin != pinned.Name || before.Index != state.Index || !System.Text.Encoding.UTF8.GetBytes(before.Checkpoint).AsSpan().SequenceEqual(last.Note.Span)
                ? $"expected a genesis that names the last head of {pinned.Name}, got one of {before.Origin} at entry {before.Index}"
            : genesis.State != ((StateStatement)state.Statement).Parts.Digest
                ? $"expected the state that was carried over, {((StateStatement)state.Statement).Parts.Digest}, got {genesis.State}"
            : genesis.StatementKeys[1].Kid != root
                ? $"expected the root {root}, got {genesis.StatementKeys[1].Kid}"
            : genesis.Plane.Epoch <= ((KeyRotationStatement)closing.Statement).Plane.Epoch
                ? $"expected a later epoch than {((KeyRotationStatement)closing.Statement).Plane.Epoch}, got {genesis.Plane.Epoch}"
            : null;
        next = error is null ? successor : null;
        return next is not null && error is null;
    }

    private static bool TryEntry(Json.JsonValue json, HeadVerifier heads, string what, [NotNullWhen(true)] out VerifiedReceipt? entry, [NotNullWhen(true)] out Receipt? receipt, [NotNullWhen(false)] out string? error)
    {
        entry = null;
        if (Receipt.TryFromJson(json, out receipt, out error) && receipt.TryVerify(heads, out entry, out error))
        {
            return true;
        }

        error = $"{what}: {error}";
        return false;
    }
}
