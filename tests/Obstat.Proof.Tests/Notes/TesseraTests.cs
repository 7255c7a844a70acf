using Obstat.Proof.Merkle;
using Obstat.Proof.Notes;
using Obstat.Tests;

namespace Obstat.Proof.Tests.Notes;

/// <summary>A log that another implementation made.</summary>
public sealed class TesseraTests
{
    private static readonly long[] Sizes = [2, 4, 6, 8, 10, 12, 14];

    [Fact]
    public void Every_head_of_the_foreign_log_verifies_and_is_the_root_of_its_entries()
    {
        foreach (var (size, head) in Sizes.Select(s => (s, Head(s))))
        {
            var leaves = Entries(size);
            Assert.Equal(new Checkpoint(head.Origin, size, MerkleEdge.Empty.Append(leaves).Root), head);
            Assert.Equal(leaves.SelectMany(l => l.ToArray()), Vectors.Bytes($"evidence/tessera/{new TileAddress(0, 0, (int)size)}"));
        }

        Assert.Equal(TreeHash.Empty, Head(0).Root);
        Assert.Equal(Vectors.Bytes("evidence/tessera/checkpoint"), Vectors.Bytes("evidence/tessera/checkpoint.14"));
    }

    [Fact]
    public void Every_index_is_included_and_every_pair_of_heads_consistent()
    {
        foreach (var size in Sizes)
        {
            var nodes = Tile.Nodes(size, a => Vectors.Bytes($"evidence/tessera/{a}"));
            var leaves = Entries(size);
            for (var i = 0; i < size; i++)
            {
                Assert.True(InclusionProof.Verifies(i, size, leaves[i], InclusionProof.Make(i, size, nodes), Head(size).Root));
            }

            foreach (var old in Sizes.Where(s => s <= size))
            {
                Assert.True(ConsistencyProof.Verifies(old, Head(old).Root, size, Head(size).Root, ConsistencyProof.Make(old, size, nodes)));
            }
        }
    }

    [Fact]
    public void Slices_of_later_tiles_and_bundles_are_the_earlier_ones()
    {
        foreach (var size in Sizes)
        {
            Assert.Equal(Vectors.Bytes($"evidence/tessera/{new TileAddress(0, 0, (int)size)}"), Vectors.Bytes("evidence/tessera/tile/0/000.p/14")[..((int)size * 32)]);
            Assert.True(EntryBundle.TrySlice(Vectors.Bytes("evidence/tessera/tile/entries/000.p/14"), (int)size, out var slice));
            Assert.Equal(Vectors.Bytes($"evidence/tessera/{new TileAddress(TileAddress.Entries, 0, (int)size)}"), slice.ToArray());
        }
    }

    private static Digest[] Entries(long size)
    {
        Assert.True(EntryBundle.TryParse(Vectors.Bytes($"evidence/tessera/{new TileAddress(TileAddress.Entries, 0, (int)size)}"), (int)size, out var entries));
        return [.. entries.Select(e => TreeHash.Leaf(e.Span))];
    }

    private static Checkpoint Head(long size)
    {
        Assert.True(VerifierKey.TryParse(File.ReadAllText(Vectors.Shared("evidence/tessera/vkey")).TrimEnd(), out var key));
        Assert.True(SignedNote.TryParse(Vectors.Bytes($"evidence/tessera/checkpoint.{size}"), out var note, out _));
        Assert.True(Checkpoint.TryOpen(note, key, out var head, out var error), error);
        return head;
    }
}
