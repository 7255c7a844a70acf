using System.Buffers;
using CsCheck;
using Obstat.Proof.Merkle;

namespace Obstat.Proof.Tests.Merkle;

public sealed class TileTests
{
    [Theory]
    [InlineData(0, 0, 256, "tile/0/000")]
    [InlineData(1, 1_234_067, 256, "tile/1/x001/x234/067")]
    [InlineData(0, 1_234_067, 17, "tile/0/x001/x234/067.p/17")]
    [InlineData(-1, 0, 10, "tile/entries/000.p/10")]
    [InlineData(-1, 999, 256, "tile/entries/999")]
    [InlineData(7, 1_000, 1, "tile/7/x001/000.p/1")]
    public void A_tile_lies_where_the_spec_says(int level, long n, int width, string path)
    {
        Assert.Equal(path, new TileAddress(level, n, width).ToString());
        Assert.True(TileAddress.TryParse(path, out var address));
        Assert.Equal(new TileAddress(level, n, width), address);
    }

    [Theory]
    [InlineData("/tile/0/000")]
    [InlineData("tile/0/0")]
    [InlineData("tile/00/000")]
    [InlineData("tile/8/000")]
    [InlineData("tile/-1/000")]
    [InlineData("tile/0/x000/000")]
    [InlineData("tile/0/001/000")]
    [InlineData("tile/0/xx001/000")]
    [InlineData("tile/0/x001/x000")]
    [InlineData("tile/0/000.p/0")]
    [InlineData("tile/0/000.p/256")]
    [InlineData("tile/0/000.p/01")]
    [InlineData("tile/0/000.p")]
    [InlineData("tile/0/000.p/1/2")]
    [InlineData("tile/0/0 1")]
    [InlineData("tile/0/")]
    [InlineData("tile/entries")]
    [InlineData("tile/0/x999/x999/x999/x999/x999/x999/x999/999")]
    public void Any_other_spelling_of_a_path_is_refused(string path) => Assert.False(TileAddress.TryParse(path, out _));

    [Fact]
    public void Every_address_reads_back()
        => Gen.Select(Gen.Int[-1, 7], Gen.Long[0, long.MaxValue / 2_000], Gen.Int[1, 256]).Sample((level, n, width) =>
        {
            var address = new TileAddress(level, n, width);
            return TileAddress.TryParse(address.ToString(), out var read) && read == address;
        });

    [Fact]
    public void Tiles_exist_only_over_full_ones_and_never_empty()
    {
        Assert.Equal(0, TileAddress.WidthIn(0, 0, 0));
        Assert.Equal(255, TileAddress.WidthIn(255, 0, 0));
        Assert.Equal(0, TileAddress.WidthIn(255, 1, 0));
        Assert.Equal(256, TileAddress.WidthIn(256, 0, 0));
        Assert.Equal(0, TileAddress.WidthIn(256, 0, 1));
        Assert.Equal(1, TileAddress.WidthIn(256, 1, 0));
        Assert.Equal(44, TileAddress.WidthIn(300, TileAddress.Entries, 1));
    }

    [Fact]
    public void Filled_tiles_are_given_once_each_and_upper_levels_stand_over_them()
    {
        var leaves = NaiveTree.Leaves(70_000);
        var tiles = TilesOf(leaves);
        Assert.Equal(273, tiles.Keys.Count(a => a.Level == 0 && !a.IsPartial));
        Assert.Equal(new TileAddress(1, 0, 256), tiles.Keys.Single(a => a is { Level: 1, IsPartial: false }));
        Assert.True(tiles.ContainsKey(new(1, 1, 17)) && tiles.ContainsKey(new(2, 0, 1)) && tiles.ContainsKey(new(0, 273, 112)));
        var edge = MerkleEdge.Empty.Append(leaves);
        var nodes = Tile.Nodes(leaves.Length, address => tiles[address]);
        foreach (var index in new[] { 0, 255, 256, 65_535, 65_536, 69_999 })
        {
            Assert.True(InclusionProof.Verifies(index, leaves.Length, leaves[index], InclusionProof.Make(index, leaves.Length, nodes), edge.Root));
        }

        foreach (var old in new[] { 1, 255, 256, 257, 65_536, 65_537, 69_999 })
        {
            var before = MerkleEdge.Empty.Append(leaves.AsSpan(0, old)).Root;
            Assert.True(ConsistencyProof.Verifies(old, before, leaves.Length, edge.Root, ConsistencyProof.Make(old, leaves.Length, nodes)));
        }
    }

    [Fact]
    public void Bundles_read_back_slice_to_prefixes_and_refuse_any_cut()
        => Gen.Byte.Array[0, 300].Array[0, 20].Sample(entries =>
        {
            var bundle = new ArrayBufferWriter<byte>();
            foreach (var entry in entries)
            {
                EntryBundle.Write(bundle, entry);
            }

            Assert.True(EntryBundle.TryParse(bundle.WrittenMemory, entries.Length, out var read));
            Assert.Equal(entries, read.Select(e => e.ToArray()));
            Assert.False(EntryBundle.TryParse(bundle.WrittenMemory, entries.Length + 1, out _));
            Assert.True(entries.Length == 0 || !EntryBundle.TryParse(bundle.WrittenMemory, entries.Length - 1, out _));
            Assert.True(entries.Length == 0 || !EntryBundle.TryParse(bundle.WrittenMemory[..^1], entries.Length, out _));
            Assert.True(EntryBundle.TrySlice(bundle.WrittenMemory, entries.Length / 2, out var slice));
            Assert.True(EntryBundle.TryParse(slice, entries.Length / 2, out _));
            Assert.False(EntryBundle.TrySlice(bundle.WrittenMemory, entries.Length + 1, out _));
        });

    internal static Dictionary<TileAddress, ReadOnlyMemory<byte>> TilesOf(ReadOnlySpan<Digest> leaves)
    {
        var tiles = new Dictionary<TileAddress, ReadOnlyMemory<byte>>();
        var growth = new TileGrowth();
        foreach (var leaf in leaves)
        {
            growth.Append(leaf, (address, bytes) => tiles.Add(address, bytes));
        }

        for (var level = 0; level <= TileAddress.LevelMax; level++)
        {
            if (growth.Started(level) is { IsEmpty: false } started)
            {
                var n = growth.Size >> (8 * (level + 1));
                tiles.Add(new(level, n, TileAddress.WidthIn(growth.Size, level, n)), started);
            }
        }

        return tiles;
    }
}
