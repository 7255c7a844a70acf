using System.Collections.Immutable;
using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>A scope was halted, or the halt was lifted by two people.</summary>
public sealed record HaltStatement : PlaneStatement
{
    /// <summary>Name of the type.</summary>
    public const string TypeName = "halt";

    /// <summary>People behind a lift at least.</summary>
    public const int LiftersMin = 2;

    /// <summary>Whether the halt is lifted.</summary>
    public required bool IsLift { get; init; }

    /// <summary>What.</summary>
    public required StopTarget Scope { get; init; }

    /// <summary>Who gave the halt, or asked for the lift.</summary>
    public required string By { get; init; }

    /// <summary>Key ids of those who agreed to a lift, sorted, each once; empty for a halt.</summary>
    public required ImmutableArray<string> Approvals { get; init; }

    /// <inheritdoc/>
    public override string Type => TypeName;

    internal static HaltStatement ReadFrom(StatementHeader header, JsonFields fields)
    {
        var read = new HaltStatement
        {
            Nonce = header.Nonce,
            Origin = header.Origin,
            Time = header.Time,
            Clock = header.Clock,
            Plane = fields.Nested("plane", Plane.Read),
            IsLift = fields.OneOf("event", "halt", "lift") == "lift",
            Scope = fields.Nested("scope", StopTarget.Read),
            By = fields.Text("by"),
            Approvals = fields.Strings("approvals", 16, 64),
        };
        var sorted = read.Approvals.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        if (!sorted.SequenceEqual(read.Approvals) || (read.IsLift ? read.Approvals.Length < LiftersMin : !read.Approvals.IsEmpty))
        {
            fields.Refuse("approvals", "two keys or more for a lift, sorted, and none for a halt");
        }

        return read;
    }

    private protected override IEnumerable<Subject> Subjects() => [new("scope", Digest.Of(Scope.ToJson()))];

    private protected override IEnumerable<(string Name, JsonValue Value)> Members() =>
    [
        ("approvals", JsonValue.Strings(Approvals)),
        ("by", JsonValue.Of(By)),
        ("event", JsonValue.Of(IsLift ? "lift" : "halt")),
        ("scope", Scope.ToJson()),
    ];
}
