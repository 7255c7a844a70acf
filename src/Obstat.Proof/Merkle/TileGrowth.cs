namespace Obstat.Proof.Merkle;

/// <summary>
/// Collects leaf hashes into tiles and gives each tile once, when its 256th hash arrives. Each node of the tree is hashed once, when it becomes full, so the right edge costs nothing.
/// Holds the started tile of each level, at most 8 x 8 KiB. Not safe for concurrent use.
/// </summary>
public sealed class TileGrowth
{
    private readonly List<Level> _levels = [];

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
            var started = new Level();
            if (width > 0)
            {
                var address = new TileAddress(level, hashes / TileAddress.WidthFull, width);
                var bytes = read(address);
                if (bytes.Length != width * Digest.Length)
                {
                    throw new InvalidDataException($"{address}: expected {width} hashes");
                }

                for (var i = 0; i < width; i++)
                {
                    _ = started.Append(Digest.Read(bytes.Span[(i * Digest.Length)..]));
                }
            }

            growth._levels.Add(started);
        }

        return growth;
    }

    /// <summary>The right edge of the tree of these leaves.</summary>
    public MerkleEdge ToEdge()
    {
        var subtrees = new byte[64 * Digest.Length];
        var length = 0;
        for (var level = _levels.Count - 1; level >= 0; level--)
        {
            foreach (ref readonly var node in _levels[level].Nodes)
            {
                node.CopyTo(subtrees.AsSpan(length));
                length += Digest.Length;
            }
        }

        return MerkleEdge.TryParse(Size, subtrees.AsSpan(0, length), out var edge) ? edge : throw new InvalidOperationException("the started tiles are those of the size");
    }

    /// <summary>Appends one leaf hash; every tile that it fills goes to <paramref name="full"/>, lower levels first.</summary>
    public void Append(in Digest leafHash, Action<TileAddress, byte[]> full)
    {
        ArgumentNullException.ThrowIfNull(full);
        var hash = leafHash;
        Size++;
        for (var level = 0; level <= TileAddress.LevelMax; level++)
        {
            if (level == _levels.Count)
            {
                _levels.Add(new Level());
            }

            if (_levels[level].Append(hash) is not { } tile)
            {
                return;
            }

            hash = _levels[level].Nodes[0];
            _levels[level] = new Level();
            full(new(level, (Size >> (8 * (level + 1))) - 1, TileAddress.WidthFull), tile);
        }
    }

    /// <summary>The started tile of a level, cut to its width; empty where nothing was started.</summary>
    public ReadOnlyMemory<byte> Started(int level)
        => level >= 0 && level < _levels.Count ? _levels[level].Hashes : ReadOnlyMemory<byte>.Empty;

    /// <summary>A tile that is being filled, and the full subtrees that stand side by side in it, largest first.</summary>
    private sealed class Level
    {
        private const int HeightMax = 9; // one for each bit of a width, up to 256

        private readonly byte[] _hashes = new byte[Tile.LengthFull];
        private readonly Digest[] _nodes = new Digest[HeightMax];
        private int _width;
        private int _height;

        public ReadOnlyMemory<byte> Hashes => _hashes.AsMemory(0, _width * Digest.Length);

        public ReadOnlySpan<Digest> Nodes => _nodes.AsSpan(0, _height);

        /// <summary>Appends one hash. Gives the tile when it is full; then its root is the one node.</summary>
        public byte[]? Append(in Digest hash)
        {
            hash.CopyTo(_hashes.AsSpan(_width * Digest.Length));
            var node = hash;
            for (var low = _width++; (low & 1) == 1; low >>= 1)
            {
                node = TreeHash.Node(_nodes[--_height], node);
            }

            _nodes[_height++] = node;
            return _width == TileAddress.WidthFull ? _hashes : null;
        }
    }
}
