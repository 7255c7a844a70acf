namespace Obstat.Proof.Merkle;

/// <summary>
/// Collects leaf hashes into tiles and gives each tile once, when its 256th hash arrives. Holds the started tile of each level, at most 8 x 8 KiB. Not safe for concurrent use.
/// </summary>
public sealed class TileGrowth
{
    private readonly List<byte[]> _started = [];
    private readonly List<int> _widths = [];

    /// <summary>Count of leaves so far.</summary>
    public long Size { get; private set; }

    /// <summary>Goes on where a tree of this size stands.</summary>
    /// <param name="size">Count of leaves.</param>
    /// <param name="read">Gives the started, partial tile of a level. What is too short throws <see cref="InvalidDataException"/>.</param>
    public static TileGrowth Resume(long size, Func<TileAddress, ReadOnlyMemory<byte>> read)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        ArgumentNullException.ThrowIfNull(read);
        var growth = new TileGrowth { Size = size };
        for (var level = 0; size >> (8 * level) > 0 && level <= TileAddress.LevelMax; level++)
        {
            var hashes = size >> (8 * level);
            var width = (int)(hashes % TileAddress.WidthFull);
            var started = new byte[Tile.LengthFull];
            if (width > 0)
            {
                var address = new TileAddress(level, hashes / TileAddress.WidthFull, width);
                var bytes = read(address);
                if (bytes.Length != width * Digest.Length)
                {
                    throw new InvalidDataException($"{address}: expected {width} hashes");
                }

                bytes.CopyTo(started);
            }

            growth._started.Add(started);
            growth._widths.Add(width);
        }

        return growth;
    }

    /// <summary>The right edge of the tree of these leaves, from the started tiles alone.</summary>
    public MerkleEdge ToEdge()
    {
        var subtrees = new List<byte>(64 * Digest.Length);
        Span<byte> bytes = stackalloc byte[Digest.Length];
        for (var level = _started.Count - 1; level >= 0; level--)
        {
            // The set bits of a width, highest first, are the full subtrees that stand side by side in the tile.
            var at = 0;
            for (var bit = 7; bit >= 0; bit--)
            {
                if (((_widths[level] >> bit) & 1) == 1)
                {
                    _ = Tile.TryNode(_started[level], bit, at >> bit, out var node);
                    node.CopyTo(bytes);
                    subtrees.AddRange(bytes);
                    at += 1 << bit;
                }
            }
        }

        return MerkleEdge.TryParse(Size, subtrees.ToArray(), out var edge) ? edge : throw new InvalidOperationException("the started tiles are those of the size");
    }

    /// <summary>Appends one leaf hash; every tile that it fills goes to <paramref name="full"/>, lower levels first.</summary>
    public void Append(in Digest leafHash, Action<TileAddress, byte[]> full)
    {
        ArgumentNullException.ThrowIfNull(full);
        var hash = leafHash;
        Size++;
        for (var level = 0; level <= TileAddress.LevelMax; level++)
        {
            if (level == _started.Count)
            {
                _started.Add(new byte[Tile.LengthFull]);
                _widths.Add(0);
            }

            hash.CopyTo(_started[level].AsSpan(_widths[level] * Digest.Length));
            if (++_widths[level] < TileAddress.WidthFull)
            {
                return;
            }

            var tile = _started[level];
            _started[level] = new byte[Tile.LengthFull];
            _widths[level] = 0;
            full(new(level, (Size >> (8 * (level + 1))) - 1, TileAddress.WidthFull), tile);
            _ = Tile.TryNode(tile, 8, 0, out hash);
        }
    }

    /// <summary>The started tile of a level, cut to its width; empty where nothing was started.</summary>
    public ReadOnlyMemory<byte> Started(int level)
        => level >= 0 && level < _started.Count ? _started[level].AsMemory(0, _widths[level] * Digest.Length) : ReadOnlyMemory<byte>.Empty;
}
