namespace Obstat.Proof.Merkle;

/// <summary>The hash of a full node: the subtree over leaves <c>index * 2^level</c> to <c>(index + 1) * 2^level - 1</c>.</summary>
public delegate Digest FullNode(int level, long index);
