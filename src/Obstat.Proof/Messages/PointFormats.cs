using System.Collections.Immutable;
using Obstat.Proof.Json;

namespace Obstat.Proof.Messages;

/// <summary>The versions of each format that an enforcement point reads, ascending.</summary>
/// <param name="Permit">Of execution permits.</param>
/// <param name="Lease">Of leases.</param>
/// <param name="Order">Of orders.</param>
/// <param name="Receipt">Of receipts.</param>
public sealed record PointFormats(ImmutableArray<int> Permit, ImmutableArray<int> Lease, ImmutableArray<int> Order, ImmutableArray<int> Receipt)
{
    /// <summary>What this software reads.</summary>
    public static PointFormats Ours { get; } = new([1], [1], [1], [1]);

    /// <summary>The object as in registrations and in the <c>enforcement-point</c> statement.</summary>
    public JsonValue ToJson() => JsonValue.Object(("permit", Of(Permit)), ("lease", Of(Lease)), ("order", Of(Order)), ("receipt", Of(Receipt)));

    /// <summary>Takes the members of the object of that name.</summary>
    public static PointFormats Read(JsonFields parent, string name)
    {
        var fields = parent.Fields(name);
        var read = new PointFormats(fields.Versions("permit"), fields.Versions("lease"), fields.Versions("order"), fields.Versions("receipt"));
        FieldsOf.Finish(parent, name, fields);
        return read;
    }

    /// <summary>The highest version of each format that both read; null where they have none in common for one of them.</summary>
    public ChosenFormats? HighestCommon(PointFormats other)
    {
        var (permit, lease, order, receipt) = (Highest(Permit, other.Permit), Highest(Lease, other.Lease), Highest(Order, other.Order), Highest(Receipt, other.Receipt));
        return permit is null || lease is null || order is null || receipt is null ? null : new ChosenFormats(permit.Value, lease.Value, order.Value, receipt.Value);
    }

    private static int? Highest(ImmutableArray<int> one, ImmutableArray<int> other) => one.Intersect(other).Cast<int?>().Max();

    private static JsonValue Of(ImmutableArray<int> versions) => JsonValue.Array(versions.Select(v => JsonValue.Of(v)));
}
