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
