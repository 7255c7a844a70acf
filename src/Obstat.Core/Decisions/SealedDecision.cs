using System.Collections.Immutable;
using Obstat.Core.Records;
using Obstat.Proof.Statements;

namespace Obstat.Core.Decisions;

/// <summary>What of a decision goes into sealed blobs, and under which names.</summary>
/// <param name="Principal">Pseudonym of who asked; null if nobody was verified.</param>
/// <param name="Chain">Pseudonyms of those who speak for it, nearest first.</param>
/// <param name="References">How the statement names the blobs; exactly one of role <c>request</c>.</param>
/// <param name="Blobs">The blobs.</param>
public sealed record SealedDecision(string? Principal, ImmutableArray<string> Chain, ImmutableArray<SealedReference> References, ImmutableArray<StoredBlob> Blobs);
