namespace Obstat.Proof.Merkle;

/// <summary>The bytes of tiles: hashes of one level side by side, 32 bytes each; a level stands 8 tree levels above the one before (C2SP tlog-tiles).</summary>
public static class Tile
{
    /// <summary>Bytes of a full tile.</summary>
    public const int LengthFull = TileAddress.WidthFull * Digest.Length;

    /// <summary>
    /// The hash of a full node below or in a tile: <paramref name="level"/> 0 is a hash of the tile itself, 8 the root over all 256.
    /// Refuses a tile too short to hold its leaves.
    /// </summary>
    public static bool TryNode(ReadOnlySpan<byte> tile, int level, int index, out Digest node)
    {
        node = default;
        if (level is < 0 or > 8 || index < 0 || (index + 1) << level > tile.Length / Digest.Length)
        {
            return false;
        }

        node = Over(tile.Slice((index << level) * Digest.Length, Digest.Length << level));
        return true;
    }

    /// <summary>Full nodes of a tree of at least <paramref name="size"/> leaves, read from its tiles.</summary>
    /// <param name="size">The size that proofs are made for; no hash beyond it is read.</param>
    /// <param name="read">Gives a tile with at least the width asked for. What is too short throws <see cref="InvalidDataException"/>.</param>
    public static FullNode Nodes(long size, Func<TileAddress, ReadOnlyMemory<byte>> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        return (level, index) =>
        {
            var (tileLevel, inside) = (level / 8, level % 8);
            var first = index << inside;
            var n = first / TileAddress.WidthFull;
            var address = new TileAddress(tileLevel, n, TileAddress.WidthIn(size, tileLevel, n));
            return TryNode(read(address).Span, inside, (int)(index - ((n * TileAddress.WidthFull) >> inside)), out var node)
                ? node
                : throw new InvalidDataException($"{address} is shorter than the tree of {size} needs");
        };
    }

    private static Digest Over(ReadOnlySpan<byte> hashes)
    {
        if (hashes.Length == Digest.Length)
        {
            return Digest.Read(hashes);
        }

        var half = hashes.Length / 2;
        return TreeHash.Node(Over(hashes[..half]), Over(hashes[half..]));
    }
}
