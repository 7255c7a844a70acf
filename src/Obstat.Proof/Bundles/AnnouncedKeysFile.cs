using System.Collections.Immutable;
using Obstat.Proof.Json;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Bundles;

/// <summary>The keys that the entries of a bundle announce, in one list for other tools. A convenience copy: it is computed from the entries, and a verifier reads those.</summary>
internal static class AnnouncedKeysFile
{
    public static JsonValue Of(IEnumerable<(long Index, Statement Statement)> entries) => JsonValue.Array(entries.SelectMany(e => Keys(e.Statement).Select(k => JsonValue.Object(
        ("index", JsonValue.Of(e.Index)),
        ("kid", JsonValue.Of(k.Kid)),
        ("publicKey", JsonValue.Of(k.PublicKey)),
        ("role", JsonValue.Of(k.Role))))));

    private static ImmutableArray<StatementKey> Keys(Statement statement) => statement switch
    {
        GenesisStatement genesis => genesis.StatementKeys,
        KeySetStatement set => set.Keys,
        EnforcementPointStatement point => [new(point.Kid, point.PublicKey, KeyRoles.Report)],
        KeyRotationStatement { New: { Kid: { } kid, PublicKey: { } publicKey } } rotation => [new(kid, publicKey, rotation.Role)],
        _ => [],
    };
}
