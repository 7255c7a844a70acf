using System.Numerics;

namespace Obstat.Proof.Merkle;

/// <summary>
/// A group of leaves appended to a tree at once: the new edge and, for each new leaf, its inclusion path, from the old edge alone.
/// One array of about two hashes per leaf, whatever the size of the tree.
/// </summary>
public sealed class MerkleGrowth
{
    private const int LevelsMax = 64;

    private readonly Digest[] _nodes;                    // all levels one after the other; of each, the full nodes from _first[level] on
    private readonly int[] _at = new int[LevelsMax];     // where a level begins in _nodes
    private readonly long[] _first = new long[LevelsMax];
    private readonly Digest[] _partial = new Digest[LevelsMax]; // root of what lies right of the full nodes of a level, where there is something

    /// <summary>Appends the leaves. Throws when the size would reach 2^63.</summary>
    public MerkleGrowth(MerkleEdge before, ReadOnlySpan<Digest> leafHashes)
    {
        ArgumentNullException.ThrowIfNull(before);
        Before = before;
        var size = checked(before.Size + leafHashes.Length);
        _nodes = new Digest[(2 * leafHashes.Length) + (2 * LevelsMax)];
        Span<Digest> edge = stackalloc Digest[LevelsMax];
        var (height, filled) = (0, 0);
        for (var level = 0; level < LevelsMax - 1; level++)
        {
            var below = filled;
            _at[level] = filled;
            _first[level] = before.Size >> level;
            if (((before.Size >> level) & 1) == 1)
            {
                _first[level]--;
                _nodes[filled++] = before.Subtrees[BitOperations.PopCount((ulong)(before.Size >> level)) - 1];
            }

            if (level == 0)
            {
                leafHashes.CopyTo(_nodes.AsSpan(filled));
                filled += leafHashes.Length;
            }
            else
            {
                // The level below begins at an even index, so its nodes pair up from the first.
                var start = _at[level - 1];
                for (var left = start; left + 1 < below; left += 2)
                {
                    _nodes[filled++] = TreeHash.Node(_nodes[left], _nodes[left + 1]);
                }
            }

            if (((size >> level) & 1) == 1)
            {
                ref readonly var last = ref _nodes[filled - 1];
                edge[height++] = last;
                _partial[level + 1] = HasPartial(size, level) ? TreeHash.Node(last, _partial[level]) : last;
            }
            else
            {
                _partial[level + 1] = _partial[level];
            }
        }

        edge[..height].Reverse();
        Span<byte> bytes = stackalloc byte[LevelsMax * Digest.Length];
        for (var i = 0; i < height; i++)
        {
            edge[i].CopyTo(bytes[(i * Digest.Length)..]);
        }

        _ = MerkleEdge.TryParse(size, bytes[..(height * Digest.Length)], out var after);
        After = after;
    }

    /// <summary>The edge that was appended to.</summary>
    public MerkleEdge Before { get; }

    /// <summary>The edge with the group; its size and root are the group head.</summary>
    public MerkleEdge After { get; }

    /// <summary>
    /// Writes the inclusion path, leaf to root, of one of the new leaves in the tree of <see cref="After"/>, and gives its length, at most 63.
    /// Throws for an index outside the group or a buffer that is too short.
    /// </summary>
    public int WritePath(long index, Span<Digest> path)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(index, Before.Size);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, After.Size);
        var length = 0;
        for (var level = 0; (After.Size - 1) >> level != 0; level++)
        {
            var sibling = (index >> level) ^ 1;
            if (sibling < After.Size >> level)
            {
                path[length++] = _nodes[_at[level] + (int)(sibling - _first[level])];
            }
            else if (sibling == After.Size >> level && HasPartial(After.Size, level))
            {
                path[length++] = _partial[level];
            }
        }

        return length;
    }

    /// <summary>The inclusion path of one of the new leaves, leaf to root.</summary>
    public Digest[] Path(long index)
    {
        Span<Digest> path = stackalloc Digest[LevelsMax];
        return path[..WritePath(index, path)].ToArray();
    }

    private static bool HasPartial(long size, int level) => (size & ((1L << level) - 1)) != 0;
}
