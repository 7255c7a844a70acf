using System.Collections.Immutable;
using System.Numerics;

namespace Obstat.Proof.Merkle;

/// <summary>
/// The right edge of a tree: the roots of its full subtrees, largest first, one per set bit of the size. It is all that appending needs, and it fixes the root.
/// Immutable; at most 63 hashes.
/// </summary>
public sealed class MerkleEdge : IEquatable<MerkleEdge>
{
    private readonly ImmutableArray<Digest> _subtrees;

    private MerkleEdge(long size, ImmutableArray<Digest> subtrees)
    {
        (Size, _subtrees) = (size, subtrees);
        Root = RootOf(subtrees.AsSpan());
    }

    /// <summary>The edge of the tree without leaves.</summary>
    public static MerkleEdge Empty { get; } = new(0, []);

    /// <summary>Count of leaves, 0 to 2^63 - 1.</summary>
    public long Size { get; }

    /// <summary>Root of the tree of <see cref="Size"/> leaves.</summary>
    public Digest Root { get; }

    /// <summary>Roots of the full subtrees, largest first.</summary>
    public ReadOnlySpan<Digest> Subtrees => _subtrees.AsSpan();

    /// <summary>Reads what <see cref="ToBytes"/> wrote. Refuses a length that does not belong to the size.</summary>
    public static bool TryParse(long size, ReadOnlySpan<byte> bytes, out MerkleEdge edge)
    {
        edge = Empty;
        if (size < 0 || bytes.Length != BitOperations.PopCount((ulong)size) * Digest.Length)
        {
            return false;
        }

        var subtrees = ImmutableArray.CreateBuilder<Digest>(bytes.Length / Digest.Length);
        for (var at = 0; at < bytes.Length; at += Digest.Length)
        {
            subtrees.Add(Digest.Read(bytes.Slice(at, Digest.Length)));
        }

        edge = new(size, subtrees.MoveToImmutable());
        return true;
    }

    /// <summary>The hashes one after the other, largest subtree first; the size is kept beside them.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[_subtrees.Length * Digest.Length];
        for (var i = 0; i < _subtrees.Length; i++)
        {
            _subtrees[i].CopyTo(bytes.AsSpan(i * Digest.Length));
        }

        return bytes;
    }

    /// <summary>The edge after one more leaf.</summary>
    public MerkleEdge Append(in Digest leafHash) => Append([leafHash]);

    /// <summary>The edge after these leaves, in order. For their inclusion paths use <see cref="MerkleGrowth"/>.</summary>
    public MerkleEdge Append(ReadOnlySpan<Digest> leafHashes)
    {
        Span<Digest> stack = stackalloc Digest[64];
        _subtrees.AsSpan().CopyTo(stack);
        var (size, height) = (Size, _subtrees.Length);
        foreach (ref readonly var leafHash in leafHashes)
        {
            var node = leafHash;
            for (var low = size; (low & 1) == 1; low >>= 1)
            {
                node = TreeHash.Node(stack[--height], node);
            }

            stack[height++] = node;
            size++;
        }

        return new(size, [.. stack[..height]]);
    }

    public bool Equals(MerkleEdge? other) => other is not null && Size == other.Size && Subtrees.SequenceEqual(other.Subtrees);

    public override bool Equals(object? obj) => Equals(obj as MerkleEdge);

    public override int GetHashCode() => HashCode.Combine(Size, Root);

    private static Digest RootOf(ReadOnlySpan<Digest> subtrees)
    {
        if (subtrees.IsEmpty)
        {
            return TreeHash.Empty;
        }

        var root = subtrees[^1];
        for (var i = subtrees.Length - 2; i >= 0; i--)
        {
            root = TreeHash.Node(subtrees[i], root);
        }

        return root;
    }
}
