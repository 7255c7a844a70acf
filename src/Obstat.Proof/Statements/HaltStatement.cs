using System.Collections.Immutable;
using Obstat.Proof.Json;
using Obstat.Proof.Leases;

namespace Obstat.Proof.Statements;

/// <summary>A scope was halted, or the halt was lifted by two people, or a point that had halted itself was armed again by one.</summary>
public sealed record HaltStatement : PlaneStatement
{
    /// <summary>Name of the type.</summary>
    public const string TypeName = "halt";

    /// <summary>People behind a lift at least.</summary>
    public const int LiftersMin = 2;

    private static readonly string[] Words = ["halt", "lift", "rearm"];

    /// <summary>Whether the halt is over.</summary>
    public required bool IsLift { get; init; }

    /// <summary>What.</summary>
    public required StopTarget Scope { get; init; }

    /// <summary>Whether one person ended it: only where a probe or a drift had halted an enforcement point, which then proves again that it is shut.</summary>
    public bool IsRearm => IsLift && Approvals.Length == 1;

    /// <summary>Who gave the halt, or asked for its end.</summary>
    public required string By { get; init; }

    /// <summary>Key ids of those who agreed to its end, sorted, each once; empty for a halt.</summary>
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
            IsLift = fields.OneOf("event", Words) is var word && word != Words[0],
            Scope = fields.Nested("scope", StopTarget.Read),
            By = fields.Text("by"),
            Approvals = fields.Strings("approvals", 16, 64),
        };
        var sorted = read.Approvals.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        if (!sorted.SequenceEqual(read.Approvals) || word != read.Word || (read.IsRearm && read.Scope.Kind != ScopeKind.EnforcementPoint))
        {
            fields.Refuse("approvals", "two keys or more for a lift, sorted, one to arm an enforcement point again, and none for a halt");
        }

        return read;
    }

    private string Word => !IsLift ? Approvals.IsEmpty ? Words[0] : "" : Approvals.Length >= LiftersMin ? Words[1] : IsRearm ? Words[2] : "";

    private protected override IEnumerable<Subject> Subjects() => [new("scope", Digest.Of(Scope.ToJson()))];

    private protected override IEnumerable<(string Name, JsonValue Value)> Members() =>
    [
        ("approvals", JsonValue.Strings(Approvals)),
        ("by", JsonValue.Of(By)),
        ("event", JsonValue.Of(Word)),
        ("scope", Scope.ToJson()),
    ];
}
