using Obstat.Proof;
using Obstat.Proof.Merkle;

namespace Obstat.Storage.Reading;

/// <summary>
/// Nodes of one tree as a reader has met them: each tile is read once and each node in it hashed once, however many proofs ask. A log only grows, so what was read holds for every larger tree too; the tile at the end of a level
/// is read on from where it ended. Not safe for concurrent use.
/// </summary>
/// <param name="full">Reads the hashes of a full tile.</param>
/// <param name="leaves">Reads the hashes of leaves, from one index to before another.</param>
internal sealed class KnownNodes(Func<TileAddress, byte[]> full, Func<long, long, Digest[]> leaves)
{
    private const int TilesMax = 512; // of 16 KiB
    private const int RootsMax = 1 << 17; // of 64 bytes or so: 33 million leaves
    private const int Inside = 8; // tree levels in a tile

    private readonly Dictionary<(int Level, long N), Digest[][]> _tiles = [];
    private readonly Dictionary<(int Level, long N), Digest> _roots = [];
    private readonly Dictionary<int, (long N, List<Digest>[] Nodes)> _ends = [];

    /// <summary>A full node of the tree of a size.</summary>
    public Digest Node(long size, int level, long index)
    {
        var (tileLevel, inside) = (level / Inside, level % Inside);
        var n = (index << inside) / TileAddress.WidthFull;
        var within = (int)(index - ((n * TileAddress.WidthFull) >> inside));
        var width = TileAddress.WidthIn(size, tileLevel, n);
        return width == TileAddress.WidthFull ? Full(tileLevel, n)[inside][within] : End(tileLevel, n, width)[inside][within];
    }

    private Digest[][] Full(int level, long n)
    {
        if (_tiles.TryGetValue((level, n), out var nodes))
        {
            return nodes;
        }

        var bytes = full(new TileAddress(level, n, TileAddress.WidthFull));
        nodes = new Digest[Inside + 1][];
        nodes[0] = new Digest[TileAddress.WidthFull];
        for (var i = 0; i < TileAddress.WidthFull; i++)
        {
            _ = Digest.TryFromBytes(bytes.AsSpan(i * Digest.Length, Digest.Length), out nodes[0][i]);
        }

        for (var k = 1; k <= Inside; k++)
        {
            nodes[k] = new Digest[TileAddress.WidthFull >> k];
            for (var i = 0; i < nodes[k].Length; i++)
            {
                nodes[k][i] = TreeHash.Node(nodes[k - 1][2 * i], nodes[k - 1][(2 * i) + 1]);
            }
        }

        if (_tiles.Count >= TilesMax)
        {
            _tiles.Clear();
        }

        return _tiles[(level, n)] = nodes;
    }

    private Digest Root(int level, long n)
    {
        if (!_roots.TryGetValue((level, n), out var root))
        {
            root = Full(level, n)[Inside][0];
            if (_roots.Count >= RootsMax)
            {
                _roots.Clear();
            }

            _roots[(level, n)] = root;
        }

        return root;
    }

    /// <summary>The nodes of the tile at the end of a level, over at least so many of its hashes.</summary>
    private List<Digest>[] End(int level, long n, int width)
    {
        if (!_ends.TryGetValue(level, out var end) || end.N != n)
        {
            _ends[level] = end = (n, [.. Enumerable.Range(0, Inside + 1).Select(_ => new List<Digest>())]);
        }

        var (first, have) = (n * TileAddress.WidthFull, end.Nodes[0].Count);
        if (have < width)
        {
            end.Nodes[0].AddRange(level == 0 ? leaves(first + have, first + width) : Enumerable.Range(have, width - have).Select(i => Root(level - 1, first + i)).ToArray());
            for (var k = 1; k <= Inside; k++)
            {
                var (below, here) = (end.Nodes[k - 1], end.Nodes[k]);
                while (here.Count < below.Count / 2)
                {
                    here.Add(TreeHash.Node(below[2 * here.Count], below[(2 * here.Count) + 1]));
                }
            }
        }

        return end.Nodes;
    }
}
