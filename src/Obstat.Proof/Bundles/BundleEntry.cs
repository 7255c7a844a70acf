namespace Obstat.Proof.Bundles;

/// <summary>The files of one entry, as they stand in a bundle: nothing of them is read yet.</summary>
/// <param name="Index">Index of the entry, as the manifest names it.</param>
/// <param name="Statement">The statement.</param>
/// <param name="Envelope">The statement in its envelope.</param>
/// <param name="Leaf">The leaf.</param>
/// <param name="Proof">The proof file.</param>
/// <param name="Sigstore">The Sigstore bundle; null where there is none.</param>
public sealed record BundleEntry(long Index, ReadOnlyMemory<byte> Statement, ReadOnlyMemory<byte> Envelope, ReadOnlyMemory<byte> Leaf, ReadOnlyMemory<byte> Proof, ReadOnlyMemory<byte>? Sigstore);
