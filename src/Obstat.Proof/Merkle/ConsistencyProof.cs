using System.Numerics;

namespace Obstat.Proof.Merkle;

/// <summary>
/// That a tree is a beginning of a later one (RFC 9162 §2.1.4). Defined for 0 &lt; old size &lt;= new size: from the empty tree everything follows, so it would prove nothing and is refused here.
/// </summary>
public static class ConsistencyProof
{
    /// <summary>Whether the tree of the first root is the beginning of the tree of the second.</summary>
    public static bool Verifies(long oldSize, in Digest oldRoot, long newSize, in Digest newRoot, ReadOnlySpan<Digest> proof)
    {
        if (oldSize <= 0 || oldSize > newSize || proof.Length > InclusionProof.HashesMax)
        {
            return false;
        }

        if (oldSize == newSize)
        {
            return proof.IsEmpty && oldRoot == newRoot;
        }

        if (proof.IsEmpty)
        {
            return false;
        }

        var shift = BitOperations.TrailingZeroCount(oldSize);
        var (at, last) = ((oldSize - 1) >> shift, (newSize - 1) >> shift);
        var whole = BitOperations.IsPow2(oldSize); // the old root itself is a node of the new tree and is not repeated
        var old = whole ? oldRoot : proof[0];
        var grown = old;
        foreach (ref readonly var hash in whole ? proof : proof[1..])
        {
            if (last == 0)
            {
                return false;
            }

            if ((at & 1) == 1 || at == last)
            {
                old = TreeHash.Node(hash, old);
                grown = TreeHash.Node(hash, grown);
                while ((at & 1) == 0 && at != 0)
                {
                    (at, last) = (at >> 1, last >> 1);
                }
            }
            else
            {
                grown = TreeHash.Node(grown, hash);
            }

            (at, last) = (at >> 1, last >> 1);
        }

        return last == 0 && old == oldRoot && grown == newRoot;
    }

    /// <summary>Makes the proof from the full nodes of the tree. Throws unless 0 &lt; old size &lt;= new size.</summary>
    public static Digest[] Make(long oldSize, long newSize, FullNode nodes)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(oldSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(oldSize, newSize);
        if (oldSize == newSize)
        {
            return [];
        }

        var level = BitOperations.TrailingZeroCount(oldSize);
        var node = (oldSize >> level) - 1;
        return InclusionProof.Climb(level, node, newSize, nodes, BitOperations.IsPow2(oldSize) ? [] : [nodes(level, node)]);
    }
}
