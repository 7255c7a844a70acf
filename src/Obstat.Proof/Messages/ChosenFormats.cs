using System.Collections.Immutable;
using Obstat.Proof.Json;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Messages;

/// <summary>The versions that the plane writes for one enforcement point.</summary>
/// <param name="Permit">Of execution permits.</param>
/// <param name="Lease">Of leases.</param>
/// <param name="Order">Of orders.</param>
/// <param name="Receipt">Of receipts.</param>
public sealed record ChosenFormats(long Permit, long Lease, long Order, long Receipt)
{
    /// <summary>What this software reads.</summary>
    public static FormatVersions Known { get; } = new([1], [1], [1], [1]);

    /// <summary>The highest version of each format that both read; null where they have none in common for one of them.</summary>
    public static ChosenFormats? HighestCommon(FormatVersions one, FormatVersions other)
    {
        var (permit, lease, order, receipt) = (Highest(one.Permit, other.Permit), Highest(one.Lease, other.Lease), Highest(one.Order, other.Order), Highest(one.Receipt, other.Receipt));
        return permit is null || lease is null || order is null || receipt is null ? null : new ChosenFormats(permit.Value, lease.Value, order.Value, receipt.Value);
    }

    /// <summary>The object as in the answer to a registration.</summary>
    public JsonValue ToJson() => JsonValue.Object(("permit", JsonValue.Of(Permit)), ("lease", JsonValue.Of(Lease)), ("order", JsonValue.Of(Order)), ("receipt", JsonValue.Of(Receipt)));

    /// <summary>Takes the members of the object of that name.</summary>
    public static ChosenFormats Read(JsonFields parent, string name)
    {
        var fields = parent.Fields(name);
        var read = new ChosenFormats(fields.Integer("permit", 1, 1000), fields.Integer("lease", 1, 1000), fields.Integer("order", 1, 1000), fields.Integer("receipt", 1, 1000));
        FieldsOf.Finish(parent, name, fields);
        return read;
    }
    private static long? Highest(ImmutableArray<long> one, ImmutableArray<long> other) => one.Intersect(other).Cast<long?>().Max();
}
