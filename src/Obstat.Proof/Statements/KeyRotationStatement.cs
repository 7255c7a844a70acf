using Obstat.Proof.Dsse;
using Obstat.Proof.Encodings;
using Obstat.Proof.Json;
using Obstat.Proof.Notes;

namespace Obstat.Proof.Statements;

/// <summary>A key that outlives a day (root, head, an enforcement point's, people's) is replaced, ended or believed compromised. Validity is by the index of this entry.</summary>
public sealed record KeyRotationStatement : PlaneStatement
{
    /// <summary>Name of the type.</summary>
    public const string TypeName = "key-rotation";

    public required string Role { get; init; }

    /// <summary>The key that ends; null where one is added.</summary>
    public required RotatedKey? Old { get; init; }

    /// <summary>The key that begins; null where one ends without another.</summary>
    public required RotatedKey? New { get; init; }

    /// <summary>Until when both are valid.</summary>
    public required Timestamp? OverlapUntil { get; init; }

    /// <summary>The new key's signature over the pre-authentication encoding of the predicate without this member.</summary>
    public required string? Proof { get; init; }

    /// <summary>First index whose statements are not trusted any more unless a witness had seen them; null where nothing is suspected.</summary>
    public required long? SuspectedFrom { get; init; }

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>Whether the new key, a P-256 one, signed the rotation.</summary>
    public bool IsProvenBy(P256PublicKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Proof is not null && Base64Exact.TryDecode(Proof, out var signature) && key.Verifies(Pae.Digest(Predicate().Without("proof").ToCanonicalBytes()), signature);
    }

    /// <summary>Whether the new key, a head key that the rotation names with its public key, signed the rotation.</summary>
    public bool IsProvenBy(VerifierKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Type == NoteKeyType.Ed25519 && New == RotatedKey.Begins(key) && Proof is not null && Base64Exact.TryDecode(Proof, out var signature) && key.Verifies(Proven(), signature, out _);
    }

    /// <summary>This rotation with the new key's signature.</summary>
    public KeyRotationStatement Prove(StatementSigner key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return this with { Proof = Convert.ToBase64String(key.Sign(Predicate().Without("proof").ToCanonicalBytes())) };
    }

    /// <summary>This rotation with the signature of a new head key.</summary>
    public KeyRotationStatement Prove(NoteSigner key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return this with { Proof = Convert.ToBase64String(key.Sign(Proven()).Bytes.Span) };
    }

    internal static KeyRotationStatement ReadFrom(StatementHeader header, JsonFields fields)
    {
        var compromise = fields.FieldsOrNull("compromise");
        var read = new KeyRotationStatement
        {
            Nonce = header.Nonce,
            Origin = header.Origin,
            Time = header.Time,
            Clock = header.Clock,
            Plane = fields.Nested("plane", Plane.Read),
            Role = fields.Text("role"),
            Old = fields.NestedOrNull("old", RotatedKey.ReadOld),
            New = fields.NestedOrNull("new", RotatedKey.ReadNew),
            OverlapUntil = fields.TimeOrNull("overlapUntil"),
            Proof = fields.TextOrNull("proof"),
            SuspectedFrom = compromise?.Integer("suspectedFrom"),
        };
        if (compromise is not null && !compromise.Complete())
        {
            fields.Refuse("compromise", compromise.Error!.Value.ToString());
        }

        if ((read.Old is null && read.New is null) || (read.New is null) != (read.Proof is null))
        {
            fields.Refuse("new", "an old or a new key, and a proof exactly with a new one");
        }

        return read;
    }

    private byte[] Proven() => Pae.Of(Names.StatementPayloadType, Predicate().Without("proof").ToCanonicalBytes());

    private protected override IEnumerable<Subject> Subjects()
    {
        if (Old is not null)
        {
            yield return new("old", Digest.Of(Old.ToJson()));
        }

        if (New is not null)
        {
            yield return new("new", Digest.Of(New.ToJson()));
        }
    }

    private protected override IEnumerable<(string Name, JsonValue Value)> Members() =>
    [
        ("compromise", SuspectedFrom is { } index ? JsonValue.Object(("suspectedFrom", JsonValue.Of(index))) : JsonValue.Null),
        ("new", New?.ToJson() ?? JsonValue.Null),
        ("old", Old?.ToJson() ?? JsonValue.Null),
        ("overlapUntil", OverlapUntil.ToJson()),
        ("proof", JsonValue.Of(Proof)),
        ("role", JsonValue.Of(Role)),
    ];
}
