using Obstat.Proof;
using Obstat.Proof.Statements;

namespace Obstat.Core.Records;

/// <summary>The snapshot that the newest <c>policy-activation</c> entry put in force.</summary>
/// <param name="Index">Where that entry stands.</param>
/// <param name="Activation">The entry.</param>
public sealed record ActiveSnapshot(EntryIndex Index, PolicyActivationStatement Activation)
{
    /// <summary>The snapshot digest.</summary>
    public Digest Digest { get; } = Activation.Snapshot.Digest;
}
