namespace Obstat.Proof.Merkle;

/// <summary>That a leaf stands at an index of the tree with this root (RFC 9162 §2.1.3). Hashes go from the leaf to the root, at most 63.</summary>
public static class InclusionProof
{
    public const int HashesMax = 63;

    /// <summary>The root that the path leads to. Refuses an index outside the tree and a path that is too long or too short for it.</summary>
    public static bool TryRoot(long index, long size, in Digest leafHash, ReadOnlySpan<Digest> path, out Digest root)
    {
        root = default;
        if (index < 0 || index >= size || path.Length > HashesMax)
        {
            return false;
        }

        var (at, last, hash) = (index, size - 1, leafHash);
        foreach (ref readonly var sibling in path)
        {
            if (last == 0)
            {
                return false;
            }

            if ((at & 1) == 1 || at == last)
            {
                hash = TreeHash.Node(sibling, hash);
                while ((at & 1) == 0 && at != 0)
                {
                    (at, last) = (at >> 1, last >> 1);
                }
            }
            else
            {
                hash = TreeHash.Node(hash, sibling);
            }

            (at, last) = (at >> 1, last >> 1);
        }

        root = last == 0 ? hash : default;
        return last == 0;
    }

    /// <summary>Whether the path leads from this leaf at this index to this root.</summary>
    public static bool Verifies(long index, long size, in Digest leafHash, ReadOnlySpan<Digest> path, in Digest root)
        => TryRoot(index, size, leafHash, path, out var found) && found == root;

    /// <summary>Makes the path from the full nodes of the tree. Throws for an index outside the tree.</summary>
    /// <param name="index">Index of the leaf.</param>
    /// <param name="size">Size of the tree that the proof is about; the tree may have grown since.</param>
    /// <param name="nodes">Gives the hash of a full node; asked only for nodes that <paramref name="size"/> leaves fill.</param>
    public static Digest[] Make(long index, long size, FullNode nodes)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        return Climb(0, index, size, nodes, []);
    }

    /// <summary>The siblings from a node up to the root.</summary>
    internal static Digest[] Climb(int level, long node, long size, FullNode nodes, List<Digest> path)
    {
        for (; (size - 1) >> level != 0; level++, node >>= 1)
        {
            var sibling = node ^ 1;
            if (sibling < size >> level)
            {
                path.Add(nodes(level, sibling));
            }
            else if (sibling == size >> level && (size & ((1L << level) - 1)) != 0)
            {
                path.Add(RightOf(level, size, nodes));
            }
        }

        return [.. path];
    }

    /// <summary>Root of the leaves right of the last full node of a level.</summary>
    private static Digest RightOf(int level, long size, FullNode nodes)
    {
        Digest? root = null;
        for (var below = 0; below < level; below++)
        {
            if (((size >> below) & 1) == 1)
            {
                var last = nodes(below, (size >> below) - 1);
                root = root is { } right ? TreeHash.Node(last, right) : last;
            }
        }

        return root ?? throw new InvalidOperationException("no leaves right of the full nodes");
    }
}
