using Obstat.Proof.Dsse;
using Obstat.Proof.Leaves;
using Obstat.Proof.Merkle;

namespace Obstat.Proof.Tests.Merkle;

/// <summary>The way of an entry into the ledger is walked for every permit: what it allocates is counted.</summary>
public sealed class AllocationTests
{
    [Fact]
    public void Hashing_an_entry_and_writing_its_path_allocate_nothing_and_its_leaf_one_array()
    {
        using var signer = StatementSigner.Generate();
        var statement = new byte[1_800];
        var digest = Pae.Digest(statement);
        var signature = signer.Sign(digest);
        var leaf = Leaf.Write(digest, signature, signer.PublicKey);
        var group = new MerkleGrowth(MerkleEdge.Empty.Append(NaiveTree.Leaves(1_000)), NaiveTree.Leaves(64, 1));
        var path = new Digest[InclusionProof.HashesMax];
        Assert.Equal(0, Allocated(() => Pae.Digest(statement)));
        Assert.Equal(0, Allocated(() => TreeHash.Leaf(leaf)));
        Assert.Equal(0, Allocated(() => group.WritePath(1_010, path)));
        Assert.InRange(Allocated(() => Leaf.Write(digest, signature, signer.PublicKey)), 489, 560);
    }

    private static long Allocated<T>(Func<T> work)
    {
        for (var i = 0; i < 50; i++)
        {
            _ = work();
        }

        var least = long.MaxValue;
        for (var i = 0; i < 20; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            _ = work();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
