using System.Collections.Immutable;
using Obstat.Proof;
using Obstat.Proof.Notes;

namespace Obstat.Core.Records;

/// <summary>A durable entry as the ledger tells it, with what proves it under the head. Nothing of it is verified yet: <see cref="Recorded.Recorder"/> does that.</summary>
/// <param name="Index">Where it stands.</param>
/// <param name="Written">What it says.</param>
/// <param name="Leaf">Its leaf.</param>
/// <param name="Head">Signed head of the group that made it durable, or of a later one.</param>
/// <param name="Path">Inclusion path, leaf to root, in the tree of that head.</param>
public sealed record Appended(EntryIndex Index, WrittenStatement Written, ReadOnlyMemory<byte> Leaf, SignedNote Head, ImmutableArray<Digest> Path);
