using Obstat.Core.Records;
using Obstat.Proof.Merkle;

namespace Obstat.Storage.Opening;

/// <summary>What reading a whole ledger gave: all of it was hashed and folded.</summary>
/// <param name="State">The fold.</param>
/// <param name="Edge">Right edge of the tree.</param>
/// <param name="Tiles">The started tiles.</param>
/// <param name="Epoch">Epoch of the head row; 0 where there is none.</param>
/// <param name="Published">Right edge at the newest published head; empty where there is none.</param>
internal sealed record OpenedLog(LedgerState State, MerkleEdge Edge, TileGrowth Tiles, long Epoch, MerkleEdge Published)
{
    /// <summary>What a log carries on that has no entry yet; null for any other.</summary>
    internal Inheritance? Inherited { get; init; }
}
