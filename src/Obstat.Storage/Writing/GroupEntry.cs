using Obstat.Core.Records;
using Obstat.Proof;
using Obstat.Proof.Dsse;
using Obstat.Proof.Merkle;

namespace Obstat.Storage.Writing;

/// <summary>One entry of the group that is being made: sequenced first, signed on any thread, stored by the writer.</summary>
internal sealed class GroupEntry(Waiting waiting, WrittenStatement written)
{
    internal Waiting Waiting { get; } = waiting;

    internal WrittenStatement Written { get; } = written;

    internal byte[] Leaf { get; private set; } = [];

    internal Digest LeafHash { get; private set; }

    /// <summary>Signs, or takes the point's signature, and makes the leaf with its hash.</summary>
    internal void Seal(StatementSigner signer)
    {
        var digest = Pae.Digest(Written.Bytes.Span);
        var draft = Waiting.Draft;
        Leaf = draft.SignedBy is { } key
            ? Proof.Leaves.Leaf.Write(digest, draft.Signature.Span, key)
            : Proof.Leaves.Leaf.Write(digest, signer.Sign(digest), signer.PublicKey);
        LeafHash = TreeHash.Leaf(Leaf);
    }

    /// <summary>Whether the leaf still has the hash that its maker saw: one bit flipped between the two would seal a leaf that nobody signed.</summary>
    internal bool IsWhole() => TreeHash.Leaf(Leaf) == LeafHash;
}
