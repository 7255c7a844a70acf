using Obstat.Proof.Merkle;

namespace Obstat.Proof.Tests.Merkle;

/// <summary>The definitions of RFC 6962 §2.1 written down as they stand there, slow on purpose: MTH, PATH, PROOF and SUBPROOF.</summary>
internal static class NaiveTree
{
    public static Digest[] Leaves(int count, int seed = 0)
        => [.. Enumerable.Range(0, count).Select(i => Digest.Of([0, .. BitConverter.GetBytes(seed), .. BitConverter.GetBytes(i)]))];

    public static Digest Root(ReadOnlySpan<Digest> leaves)
    {
        if (leaves.IsEmpty)
        {
            return Digest.Of([]);
        }

        if (leaves.Length == 1)
        {
            return leaves[0];
        }

        var k = Split(leaves.Length);
        return Above(Root(leaves[..k]), Root(leaves[k..]));
    }

    public static Digest[] Path(int index, ReadOnlySpan<Digest> leaves)
    {
        if (leaves.Length == 1)
        {
            return [];
        }

        var k = Split(leaves.Length);
        return index < k
            ? [.. Path(index, leaves[..k]), Root(leaves[k..])]
            : [.. Path(index - k, leaves[k..]), Root(leaves[..k])];
    }

    public static Digest[] Consistency(int old, ReadOnlySpan<Digest> leaves) => Sub(old, leaves, true);

    public static FullNode Nodes(Digest[] leaves) => (level, index) => Root(leaves.AsSpan((int)(index << level), 1 << level));

    private static Digest[] Sub(int m, ReadOnlySpan<Digest> leaves, bool whole)
    {
        if (m == leaves.Length)
        {
            return whole ? [] : [Root(leaves)];
        }

        var k = Split(leaves.Length);
        return m <= k
            ? [.. Sub(m, leaves[..k], whole), Root(leaves[k..])]
            : [.. Sub(m - k, leaves[k..], false), Root(leaves[..k])];
    }

    private static int Split(int n)
    {
        var k = 1;
        while (k * 2 < n)
        {
            k *= 2;
        }

        return k;
    }

    private static Digest Above(Digest left, Digest right) => Digest.Of([1, .. left.ToArray(), .. right.ToArray()]);
}
