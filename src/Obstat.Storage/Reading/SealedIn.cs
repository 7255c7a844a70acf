using System.Collections.Immutable;
using Obstat.Proof.Statements;

namespace Obstat.Storage.Reading;

/// <summary>The sealed blobs that a statement names.</summary>
internal static class SealedIn
{
    internal static ImmutableArray<SealedReference> Of(Statement statement) => statement switch
    {
        DecisionStatement decision => decision.Sealed,
        OutcomeStatement outcome => outcome.Sealed,
        _ => [],
    };
}
