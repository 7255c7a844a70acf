using Obstat.Proof;

namespace Obstat.Core.Records;

/// <summary>A file of a snapshot, content-addressed: stored once per digest. The ledger refuses bytes of another digest.</summary>
/// <param name="Digest">SHA-256 of the bytes.</param>
/// <param name="Bytes">At most 16 MiB.</param>
public readonly record struct SnapshotPart(Digest Digest, ReadOnlyMemory<byte> Bytes);
