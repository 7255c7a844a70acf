using System.Collections.Immutable;
using Obstat.Proof.Json;
using Obstat.Proof.Notes;

namespace Obstat.Proof.Statements;

/// <summary>Entry 0 of every log: its format, its keys, and the state that it carries over.</summary>
public sealed record GenesisStatement : PlaneStatement
{
    /// <summary>Name of the type.</summary>
    public const string TypeName = "genesis";

    /// <summary>The only format there is.</summary>
    public const long Format = 1;

    /// <summary>Key of the log's heads.</summary>
    public required VerifierKey HeadKey { get; init; }

    /// <summary>The first statement key and the root, in this order.</summary>
    public required ImmutableArray<StatementKey> StatementKeys { get; init; }

    /// <summary><c>first</c>, <c>rotation</c>, <c>loss</c> or <c>compromise</c>.</summary>
    public required string Cause { get; init; }

    /// <summary>State digest carried over; of a first log that of the empty state.</summary>
    public required Digest State { get; init; }

    /// <summary>The log before this one; null exactly when the cause is <c>first</c>.</summary>
    public required Predecessor? Predecessor { get; init; }

    /// <inheritdoc/>
    public override string Type => TypeName;

    internal static GenesisStatement ReadFrom(StatementHeader header, JsonFields fields)
    {
        _ = fields.Integer("format", Format, Format);
        _ = fields.OneOf("leaf", Names.LeafKind);
        if (!VerifierKey.TryParse(fields.Text("headKey"), out var headKey) || headKey.Type != NoteKeyType.Ed25519 || headKey.Name != header.Origin)
        {
            fields.Refuse("headKey", "the vkey of this origin");
        }

        var read = new GenesisStatement
        {
            Nonce = header.Nonce,
            Origin = header.Origin,
            Time = header.Time,
            Clock = header.Clock,
            Plane = fields.Nested("plane", Plane.Read),
            HeadKey = headKey!,
            StatementKeys = fields.Each("statementKeys", 2, StatementKey.Read),
            Cause = fields.OneOf("cause", "first", "rotation", "loss", "compromise"),
            State = fields.Digest("state"),
            Predecessor = fields.NestedOrNull("predecessor", Predecessor.Read),
        };
        if (!read.StatementKeys.Select(k => k.Role).SequenceEqual([KeyRoles.Statement, KeyRoles.Root]) || !read.StatementKeys.All(k => k.TryKey(out _)))
        {
            fields.Refuse("statementKeys", "a P-256 key of role statement and one of role root, each with its thumbprint");
        }

        if ((read.Cause == "first") != (read.Predecessor is null))
        {
            fields.Refuse("predecessor", "null exactly when the cause is first");
        }

        if (read.Predecessor is { } before && (before.Head is null || before.Origin == header.Origin))
        {
            fields.Refuse("predecessor", "the last head of another log, over the entry that ends it");
        }

        return read;
    }

    private protected override IEnumerable<Subject> Subjects() => [new("origin", Digest.Of(System.Text.Encoding.UTF8.GetBytes(Origin)))];

    private protected override IEnumerable<(string Name, JsonValue Value)> Members() =>
    [
        ("cause", JsonValue.Of(Cause)),
        ("format", JsonValue.Of(Format)),
        ("headKey", JsonValue.Of(HeadKey?.ToString())),
        ("leaf", JsonValue.Of(Names.LeafKind)),
        ("predecessor", Predecessor?.ToJson() ?? JsonValue.Null),
        ("state", State.ToJson()),
        ("statementKeys", JsonValue.Array(StatementKeys.Select(k => k.ToJson()))),
    ];
}
