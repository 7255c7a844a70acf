using Obstat.Core.Records;
using Obstat.Proof.Notes;
using Obstat.Proof.Statements;

namespace Obstat.Storage.Tests;

/// <summary>Entries that say that they end a log, each wrong in one thing.</summary>
/// <param name="next">The log that would go on.</param>
internal sealed class LogEndLies(Place next)
{
    /// <summary>The entry that does end it.</summary>
    public KeyRotationStatement Truth(Sequenced at)
    {
        using var key = next.Key();
        return Truth(at, key);
    }

    public IEnumerable<(string Done, Func<Sequenced, KeyRotationStatement> Lie)> Each() =>
    [
        ("signed by another key than it names", Lie((end, _, _, other) => end.Prove(other))),
        ("its proof emptied", Lie((end, _, _, _) => end with { Proof = Convert.ToBase64String(new byte[64]) })),
        ("two logs at once for a time", Lie((end, at, key, _) => (end with { OverlapUntil = Timestamp.From(at.Time.Time.AddDays(2)) }).Prove(key))),
        ("of a key that is not in force", Lie((end, _, key, other) => (end with { Old = RotatedKey.Ends(other.VerifierKey) }).Prove(key))),
        ("of a key in another role", Lie((end, _, key, _) => (end with { Role = KeyRoles.Root }).Prove(key))),
        ("with a key that is suspected", Lie((end, _, key, _) => (end with { SuspectedFrom = 0 }).Prove(key))),
    ];

    private static KeyRotationStatement Truth(Sequenced at, NoteSigner key) => (KeyRotationStatement)LogEnd.Close(key).Compose!(at).Statement!;

    private Func<Sequenced, KeyRotationStatement> Lie(Func<KeyRotationStatement, Sequenced, NoteSigner, NoteSigner, KeyRotationStatement> change) => at =>
    {
        using var key = next.Key();
        using var other = NoteSigner.Generate(next.Origin);
        return change(Truth(at, key), at, key, other);
    };
}
