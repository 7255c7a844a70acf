using Obstat.Proof.Notes;
using Obstat.Proof.Statements;

namespace Obstat.Core.Records;

/// <summary>
/// How the key of a log's heads is replaced: one entry begins an overlap in which each head carries the lines of both keys, another ends the old key. Both stand under heads of the old key and are signed by a statement key that
/// the root announced; the new key proves itself in the first.
/// </summary>
public static class HeadRotation
{
    /// <summary>The shortest overlap: whoever verifies needs time to learn of the new key.</summary>
    public static readonly TimeSpan OverlapMin = TimeSpan.FromDays(1);

    /// <summary>The longest overlap.</summary>
    public static readonly TimeSpan OverlapMax = TimeSpan.FromDays(365);

    /// <summary>The draft that begins an overlap. The fold refuses it while another one goes on.</summary>
    /// <param name="next">The new key; its name is the origin. The ledger's signer of heads must have it too.</param>
    /// <param name="overlap">How long the old key goes on.</param>
    public static Draft Begin(NoteSigner next, TimeSpan overlap)
    {
        ArgumentNullException.ThrowIfNull(next);
        ArgumentOutOfRangeException.ThrowIfLessThan(overlap, OverlapMin);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(overlap, OverlapMax);
        return Draft.OfPlane(place => Composition.Of((Of(place) with { New = RotatedKey.Begins(next.VerifierKey), OverlapUntil = Timestamp.From(place.Time.Time + overlap) }).Prove(next)));
    }

    /// <summary>The draft that ends the old key of an overlap. The fold refuses it before its time.</summary>
    public static Draft End() => Draft.OfPlane(place => Composition.Of(Of(place)));

    internal static KeyRotationStatement Of(Sequenced place) => new()
    {
        Nonce = place.Nonce,
        Origin = place.Origin,
        Time = place.Time,
        Clock = place.Clock,
        Plane = place.Plane,
        Role = KeyRoles.Checkpoint,
        Old = place.State.HeadKeys is { } keys ? RotatedKey.Ends(keys.InForce[0]) : null,
        New = null,
        OverlapUntil = null,
        Proof = null,
        SuspectedFrom = null,
    };
}
