using CsCheck;
using Obstat.Proof.Merkle;

namespace Obstat.Proof.Tests.Merkle;

public sealed class TreeTests
{
    private const int SizeMax = 300;
    private static readonly Digest[] Leaves = NaiveTree.Leaves(SizeMax);
    private static readonly Digest[] Roots = [.. Enumerable.Range(0, SizeMax + 1).Select(size => NaiveTree.Root(Leaves.AsSpan(0, size)))];

    [Fact]
    public void Every_edge_up_to_300_leaves_has_the_root_that_the_definition_gives()
    {
        var edge = MerkleEdge.Empty;
        Assert.Equal(Roots[0], edge.Root);
        for (var size = 1; size <= SizeMax; size++)
        {
            edge = edge.Append(Leaves[size - 1]);
            Assert.Equal((size, Roots[size]), (edge.Size, edge.Root));
        }
    }

    [Fact]
    public void Every_inclusion_path_up_to_300_leaves_is_that_of_the_definition_and_verifies()
    {
        for (var size = 1; size <= SizeMax; size++)
        {
            var nodes = Nodes(size);
            for (var index = 0; index < size; index += size > 40 ? 37 : 1)
            {
                var path = InclusionProof.Make(index, size, nodes);
                Assert.Equal(NaiveTree.Path(index, Leaves.AsSpan(0, size)), path);
                Assert.True(InclusionProof.Verifies(index, size, Leaves[index], path, Roots[size]));
            }
        }
    }

    [Fact]
    public void Every_consistency_proof_up_to_300_leaves_is_that_of_the_definition_and_verifies()
    {
        for (var size = 1; size <= SizeMax; size++)
        {
            var nodes = Nodes(size);
            for (var old = 1; old <= size; old += size > 40 ? 37 : 1)
            {
                var proof = ConsistencyProof.Make(old, size, nodes);
                Assert.Equal(NaiveTree.Consistency(old, Leaves.AsSpan(0, size)), proof);
                Assert.True(ConsistencyProof.Verifies(old, Roots[old], size, Roots[size], proof));
            }
        }
    }

    [Fact]
    public void A_group_gives_each_of_its_leaves_the_path_that_the_whole_tree_gives()
    {
        for (var before = 0; before <= 34; before++)
        {
            for (var grown = 0; grown <= 40; grown += before % 3 == 0 ? 3 : 13)
            {
                var edge = MerkleEdge.Empty.Append(Leaves.AsSpan(0, before));
                var group = new MerkleGrowth(edge, Leaves.AsSpan(before, grown));
                Assert.Equal(edge.Append(Leaves.AsSpan(before, grown)), group.After);
                Assert.Equal(Roots[before + grown], group.After.Root);
                for (var index = before; index < before + grown; index++)
                {
                    Assert.Equal(NaiveTree.Path(index, Leaves.AsSpan(0, before + grown)), group.Path(index));
                }
            }
        }
    }

    [Fact]
    public void Groups_of_any_size_on_edges_of_any_size_give_paths_that_verify()
        => Gen.Select(Gen.Long[0, (1L << 62) - 1], Gen.Int[1, 60]).Sample((size, grown) =>
        {
            // An edge needs no leaves to exist: any hashes are the subtrees of some tree.
            var bytes = NaiveTree.Leaves(64, 9).SelectMany(d => d.ToArray()).Take(32 * System.Numerics.BitOperations.PopCount((ulong)size)).ToArray();
            Assert.True(MerkleEdge.TryParse(size, bytes, out var edge));
            Assert.Equal(bytes, edge.ToBytes());
            var group = new MerkleGrowth(edge, Leaves.AsSpan(0, grown));
            Assert.Equal(edge.Append(Leaves.AsSpan(0, grown)), group.After);
            for (var i = 0; i < grown; i++)
            {
                Assert.True(InclusionProof.Verifies(size + i, size + grown, Leaves[i], group.Path(size + i), group.After.Root));
            }
        }, iter: 300);

    [Fact]
    public void Every_flipped_bit_of_leaf_path_root_index_or_size_refuses()
    {
        foreach (var (index, size) in new[] { (0, 1), (3, 10), (9, 10), (128, 257), (256, 257), (299, 300) })
        {
            var path = NaiveTree.Path(index, Leaves.AsSpan(0, size));
            foreach (var bit in Enumerable.Range(0, 256))
            {
                Assert.False(InclusionProof.Verifies(index, size, Flip(Leaves[index], bit), path, Roots[size]));
                Assert.False(InclusionProof.Verifies(index, size, Leaves[index], path, Flip(Roots[size], bit)));
                for (var i = 0; i < path.Length; i++)
                {
                    var bad = (Digest[])path.Clone();
                    bad[i] = Flip(bad[i], bit);
                    Assert.False(InclusionProof.Verifies(index, size, Leaves[index], bad, Roots[size]));
                }
            }

            foreach (var bit in Enumerable.Range(0, 64))
            {
                Assert.False(InclusionProof.Verifies(index ^ (1L << bit), size, Leaves[index], path, Roots[size]));
            }

            Assert.False(InclusionProof.Verifies(index, size, Leaves[index], [.. path, path.FirstOrDefault()], Roots[size]));
            Assert.True(path.Length == 0 || !InclusionProof.Verifies(index, size, Leaves[index], path.AsSpan(1), Roots[size]));
            Assert.True(path.Length == 0 || !InclusionProof.Verifies(index, size, Leaves[index], path.AsSpan(0, path.Length - 1), Roots[size]));
        }
    }

    [Fact]
    public void Every_flipped_bit_of_a_consistency_proof_refuses()
    {
        foreach (var (old, size) in new[] { (1, 2), (6, 10), (8, 10), (255, 257), (256, 300), (299, 300), (17, 17) })
        {
            var proof = NaiveTree.Consistency(old, Leaves.AsSpan(0, size));
            foreach (var bit in Enumerable.Range(0, 256))
            {
                Assert.False(ConsistencyProof.Verifies(old, Flip(Roots[old], bit), size, Roots[size], proof));
                Assert.False(ConsistencyProof.Verifies(old, Roots[old], size, Flip(Roots[size], bit), proof));
                for (var i = 0; i < proof.Length; i++)
                {
                    var bad = (Digest[])proof.Clone();
                    bad[i] = Flip(bad[i], bit);
                    Assert.False(ConsistencyProof.Verifies(old, Roots[old], size, Roots[size], bad));
                }
            }

            Assert.False(ConsistencyProof.Verifies(old, Roots[old], size, Roots[size], [.. proof, Roots[old]]));
        }
    }

    [Fact]
    public void Consistency_from_the_empty_tree_is_refused_because_everything_follows_from_it()
        => Assert.False(ConsistencyProof.Verifies(0, Roots[0], 5, Roots[5], []));

    [Fact]
    public void A_path_of_64_hashes_is_refused()
    {
        Assert.False(InclusionProof.TryRoot(0, long.MaxValue, Leaves[0], Leaves.AsSpan(0, 64), out _));
        Assert.True(InclusionProof.TryRoot(0, long.MaxValue, Leaves[0], Leaves.AsSpan(0, 63), out _));
    }

    [Fact]
    public void An_edge_of_the_wrong_length_for_its_size_is_refused()
    {
        Assert.False(MerkleEdge.TryParse(3, new byte[32], out _));
        Assert.False(MerkleEdge.TryParse(3, new byte[65], out _));
        Assert.False(MerkleEdge.TryParse(-1, new byte[64 * 32], out _));
        Assert.True(MerkleEdge.TryParse(3, new byte[64], out _));
    }

    [Fact]
    public void A_path_is_given_for_the_groups_own_leaves_only()
    {
        var group = new MerkleGrowth(MerkleEdge.Empty.Append(Leaves.AsSpan(0, 5)), Leaves.AsSpan(5, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => group.Path(4));
        Assert.Throws<ArgumentOutOfRangeException>(() => group.Path(8));
    }

    private static FullNode Nodes(int size)
    {
        var tiles = TileTests.TilesOf(Leaves.AsSpan(0, size));
        return Tile.Nodes(size, address => tiles[address]);
    }

    private static Digest Flip(Digest digest, int bit)
    {
        var bytes = digest.ToArray();
        bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        return Hash.From(bytes);
    }
}
