using System.Collections.Immutable;
using Obstat.Proof.Json;
using Obstat.Proof.Reasons;

namespace Obstat.Proof.Messages.Admin;

/// <summary>What reading the policy folder again came to.</summary>
/// <param name="Reason">Null: the set is in force. Otherwise why it is not; what was in force before still is.</param>
/// <param name="Entry">The entry of the activation; null where nothing changed.</param>
/// <param name="Snapshot">Digest of the snapshot in force now; null: none.</param>
/// <param name="Policies">Number of policies in force now.</param>
/// <param name="Findings">At most 1,000, refusing ones first.</param>
public sealed record ActivateAnswer(DenyReason? Reason, long? Entry, Digest? Snapshot, long Policies, ImmutableArray<LawFindingShown> Findings) : IPlaneMessage<ActivateAnswer>
{
    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(
        ("v", JsonValue.Of(PlaneMessage.Version)),
        ("reason", JsonValue.Of(Reason?.ToCode())),
        ("entry", Entry is { } entry ? JsonValue.Of(entry) : JsonValue.Null),
        ("snapshot", JsonValue.Of(Snapshot?.ToHex())),
        ("policies", JsonValue.Of(Policies)),
        ("findings", JsonValue.Array(Findings.Select(f => f.ToJson()))));

    /// <inheritdoc/>
    public static ActivateAnswer Read(JsonFields fields) => new(
        AdminFields.ReasonOrNull(fields, "reason"), fields.IntegerOrNull("entry"), AdminFields.DigestOrNull(fields, "snapshot"), fields.Integer("policies"), fields.Each("findings", 1_000, LawFindingShown.Read));
}
