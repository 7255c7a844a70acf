using Obstat.Proof.Json;

namespace Obstat.Proof.Messages.Admin;

/// <summary>One entry as the operator may see it.</summary>
/// <param name="Entry">Its index.</param>
/// <param name="Type">Statement type.</param>
/// <param name="Leaf">Leaf hash.</param>
/// <param name="Statement">The statement as it was signed.</param>
/// <param name="Decision">The row of a decision; null for other types.</param>
/// <param name="Request">The opened sealed request of a decision; null for other types and where it cannot be opened.</param>
public sealed record EntryShown(long Entry, string Type, Digest Leaf, JsonValue Statement, DecisionShown? Decision, JsonValue? Request) : IPlaneMessage<EntryShown>
{
    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(
        ("v", JsonValue.Of(PlaneMessage.Version)),
        ("entry", JsonValue.Of(Entry)),
        ("type", JsonValue.Of(Type)),
        ("leaf", JsonValue.Of(Leaf.ToHex())),
        ("statement", Statement),
        ("decision", Decision?.ToJson() ?? JsonValue.Null),
        ("request", Request ?? JsonValue.Null));

    /// <inheritdoc/>
    public static EntryShown Read(JsonFields fields)
    {
        var (entry, type, leaf, statement) = (fields.Integer("entry"), fields.Name("type"), fields.HexDigest("leaf"), fields.Object("statement"));
        DecisionShown? decision = null;
        if (fields.FieldsOrNull("decision") is { } row)
        {
            decision = DecisionShown.Read(row);
            FieldsOf.Finish(fields, "decision", row);
        }

        return new EntryShown(entry, type, leaf, statement, decision, fields.ObjectOrNull("request"));
    }
}
