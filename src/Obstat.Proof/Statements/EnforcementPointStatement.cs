using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Dsse;
using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>An enforcement point has started: its report key, valid from this entry until its next start.</summary>
public sealed record EnforcementPointStatement : PlaneStatement
{
    /// <summary>Name of the type.</summary>
    public const string TypeName = "enforcement-point";

    public required PointBoot Ep { get; init; }

    public required string Kind { get; init; }

    /// <summary>Thumbprint of the report key.</summary>
    public required string Kid { get; init; }

    /// <summary>Base64 of the report key's SubjectPublicKeyInfo.</summary>
    public required string PublicKey { get; init; }

    public required Digest Build { get; init; }

    public required FormatVersions Formats { get; init; }

    /// <summary>The start before; null at the first.</summary>
    public required PreviousBoot? Previous { get; init; }

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The report key; refuses one whose thumbprint is another.</summary>
    public bool TryKey([NotNullWhen(true)] out P256PublicKey? key) => P256PublicKey.TryFromBase64(PublicKey, out key) && key.Kid == Kid;

    internal static EnforcementPointStatement ReadFrom(StatementHeader header, JsonFields fields)
    {
        var read = new EnforcementPointStatement
        {
            Nonce = header.Nonce,
            Origin = header.Origin,
            Time = header.Time,
            Clock = header.Clock,
            Plane = fields.Nested("plane", Plane.Read),
            Ep = fields.Nested("ep", PointBoot.Read),
            Kind = fields.OneOf("kind", "gateway", "runner", "sdk", "hook", "proxy"),
            Kid = fields.Text("kid"),
            PublicKey = fields.Text("publicKey"),
            Build = fields.Digest("build"),
            Formats = fields.Nested("formats", FormatVersions.Read),
            Previous = fields.NestedOrNull("previous", PreviousBoot.Read),
        };
        if (!read.TryKey(out _))
        {
            fields.Refuse("publicKey", "a P-256 key with this thumbprint");
        }

        return read;
    }

    private protected override IEnumerable<Subject> Subjects()
    {
        return [new("key", P256PublicKey.TryFromBase64(PublicKey, out var key) ? Digest.Of(key.Spki.Span) : default)];
    }

    private protected override IEnumerable<(string Name, JsonValue Value)> Members() =>
    [
        ("build", Build.ToJson()),
        ("ep", Ep.ToJson()),
        ("formats", Formats.ToJson()),
        ("kid", JsonValue.Of(Kid)),
        ("kind", JsonValue.Of(Kind)),
        ("previous", Previous?.ToJson() ?? JsonValue.Null),
        ("publicKey", JsonValue.Of(PublicKey)),
    ];
}
