using System.Collections.Immutable;
using Obstat.Proof.Dsse;
using Obstat.Proof.Encodings;
using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>
/// The plane's working keys, before their first use. Signed by the statement key that it announces; believed because the root signed it.
/// </summary>
public sealed record KeySetStatement : PlaneStatement
{
    /// <summary>Name of the type.</summary>
    public const string TypeName = "key-set";

    /// <summary>The keys, exactly one of role <c>statement</c>.</summary>
    public required ImmutableArray<StatementKey> Keys { get; init; }

    /// <summary>Since when they sign.</summary>
    public required Timestamp From { get; init; }

    /// <summary>Until when they sign.</summary>
    public required Timestamp Until { get; init; }

    /// <summary>Thumbprint of the root key.</summary>
    public required string Root { get; init; }

    /// <summary>The root's signature over the pre-authentication encoding of the predicate without this member: base64 of DER. Empty until <see cref="Prove"/>.</summary>
    public required string Proof { get; init; }

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>This key set with the root's signature.</summary>
    public KeySetStatement Prove(StatementSigner root)
    {
        ArgumentNullException.ThrowIfNull(root);
        return this with { Proof = Convert.ToBase64String(root.Sign(Proven())) };
    }

    /// <summary>Whether this root signed it.</summary>
    public bool IsProvenBy(P256PublicKey root)
    {
        ArgumentNullException.ThrowIfNull(root);
        return Root == root.Kid && Base64Exact.TryDecode(Proof, out var signature) && root.Verifies(Pae.Digest(Proven()), signature);
    }

    internal static KeySetStatement ReadFrom(StatementHeader header, JsonFields fields)
    {
        var read = new KeySetStatement
        {
            Nonce = header.Nonce,
            Origin = header.Origin,
            Time = header.Time,
            Clock = header.Clock,
            Plane = fields.Nested("plane", Plane.Read),
            Keys = fields.Each("keys", 32, StatementKey.Read),
            From = fields.Time("from"),
            Until = fields.Time("until"),
            Root = fields.Text("root"),
            Proof = fields.Text("proof"),
        };
        if (!read.Keys.All(k => KeyRoles.Working.Contains(k.Role) && k.TryKey(out _)) || read.Keys.Count(k => k.Role == KeyRoles.Statement) != 1 || read.Keys.DistinctBy(k => k.Kid).Count() != read.Keys.Length)
        {
            fields.Refuse("keys", "P-256 keys of known roles with their thumbprints, each once, one of role statement");
        }

        if (read.Until <= read.From)
        {
            fields.Refuse("until", "a time after from");
        }

        return read;
    }

    private protected override IEnumerable<Subject> Subjects() => [new("set", MembersDigest())];

    private protected override IEnumerable<(string Name, JsonValue Value)> Members() =>
    [
        ("from", JsonValue.Of(From.ToString())),
        ("keys", JsonValue.Array(Keys.Select(k => k.ToJson()))),
        ("proof", JsonValue.Of(Proof)),
        ("root", JsonValue.Of(Root)),
        ("until", JsonValue.Of(Until.ToString())),
    ];

    private byte[] Proven() => Predicate().Without("proof").ToCanonicalBytes();
}
