using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>The enforcement state after all entries before this one, by digest.</summary>
public sealed record StateStatement : PlaneStatement
{
    /// <summary>Name of the type.</summary>
    public const string TypeName = "state";

    /// <summary>Count of entries before it: its own index.</summary>
    public required long Size { get; init; }

    /// <summary>Root of the hash tree of each part; exactly the parts of <see cref="StateDigests"/>.</summary>
    public required StateDigests Parts { get; init; }

    /// <inheritdoc/>
    public override string Type => TypeName;

    internal static StateStatement ReadFrom(StatementHeader header, JsonFields fields)
    {
        var read = new StateStatement
        {
            Nonce = header.Nonce,
            Origin = header.Origin,
            Time = header.Time,
            Clock = header.Clock,
            Plane = fields.Nested("plane", Plane.Read),
            Size = fields.Integer("size"),
            Parts = fields.Nested("parts", StateDigests.Read),
        };
        if (fields.Digest("stateDigest") != read.Parts.Digest)
        {
            fields.Refuse("stateDigest", "the digest of the parts");
        }

        return read;
    }

    private protected override IEnumerable<Subject> Subjects() => [new("state", Parts.Digest)];

    private protected override IEnumerable<(string Name, JsonValue Value)> Members() =>
    [
        ("parts", Parts.ToJson()),
        ("size", JsonValue.Of(Size)),
        ("stateDigest", Parts.Digest.ToJson()),
    ];
}
