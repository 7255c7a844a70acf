using System.Collections.Immutable;
using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>What happened to leases: one entry for all events of a group, or the renewals of one point and minute.</summary>
public sealed record LeaseStatement : PlaneStatement
{
    /// <summary>Name of the type.</summary>
    public const string TypeName = "lease";

    /// <summary>Events of one entry at most: their statement stays within its size.</summary>
    public const int EventsMax = 300;

    /// <summary>The events, in order.</summary>
    public required ImmutableArray<LeaseEvent> Events { get; init; }

    /// <summary>Renewals, which are no events.</summary>
    public required RenewalCount? Renewals { get; init; }

    /// <inheritdoc/>
    public override string Type => TypeName;

    internal static LeaseStatement ReadFrom(StatementHeader header, JsonFields fields)
    {
        var read = new LeaseStatement
        {
            Nonce = header.Nonce,
            Origin = header.Origin,
            Time = header.Time,
            Clock = header.Clock,
            Plane = fields.Nested("plane", Plane.Read),
            Events = fields.Each("events", EventsMax, LeaseEvent.Read),
            Renewals = fields.NestedOrNull("renewals", RenewalCount.Read),
        };
        if (read.Events.IsEmpty && read.Renewals is null)
        {
            fields.Refuse("events", "an event or a count of renewals");
        }

        return read;
    }

    private protected override IEnumerable<Subject> Subjects() => [new("leases", MembersDigest())];

    private protected override IEnumerable<(string Name, JsonValue Value)> Members() =>
    [
        ("events", JsonValue.Array(Events.Select(e => e.ToJson()))),
        ("renewals", Renewals?.ToJson() ?? JsonValue.Null),
    ];
}
