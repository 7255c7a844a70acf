using Obstat.Proof.Json;

namespace Obstat.Proof.Messages;

/// <summary>The versions that the plane writes for one enforcement point.</summary>
/// <param name="Permit">Of execution permits.</param>
/// <param name="Lease">Of leases.</param>
/// <param name="Order">Of orders.</param>
/// <param name="Receipt">Of receipts.</param>
public sealed record ChosenFormats(int Permit, int Lease, int Order, int Receipt)
{
    /// <summary>The object as in the answer to a registration.</summary>
    public JsonValue ToJson() => JsonValue.Object(("permit", JsonValue.Of(Permit)), ("lease", JsonValue.Of(Lease)), ("order", JsonValue.Of(Order)), ("receipt", JsonValue.Of(Receipt)));

    /// <summary>Takes the members of the object of that name.</summary>
    public static ChosenFormats Read(JsonFields parent, string name)
    {
        var fields = parent.Fields(name);
        var read = new ChosenFormats((int)fields.Integer("permit", 1, 1000), (int)fields.Integer("lease", 1, 1000), (int)fields.Integer("order", 1, 1000), (int)fields.Integer("receipt", 1, 1000));
        FieldsOf.Finish(parent, name, fields);
        return read;
    }
}
