using Obstat.Proof;

namespace Obstat.Core.Records;

/// <summary>An encrypted blob as it is stored. The ledger refuses bytes of another digest, and a statement that names a blob which is neither here nor stored before.</summary>
/// <param name="Cipher">SHA-256 of the bytes: the <c>cipher</c> by which a statement names it.</param>
/// <param name="Bytes">At most 1 MiB.</param>
public readonly record struct StoredBlob(Digest Cipher, ReadOnlyMemory<byte> Bytes);
