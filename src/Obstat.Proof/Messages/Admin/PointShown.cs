using System.Collections.Immutable;
using Obstat.Proof.Json;

namespace Obstat.Proof.Messages.Admin;

/// <summary>A registered enforcement point.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind"><c>gateway</c> ..</param>
/// <param name="Boot">This start of it.</param>
/// <param name="Entry">The entry of its registration.</param>
/// <param name="HeardMs">Milliseconds since its last message.</param>
/// <param name="RegisteredMs">Milliseconds since it registered with this start of the plane.</param>
/// <param name="Open">Permits without an outcome yet.</param>
/// <param name="Proof">What its probes showed, by ages now; null: it has said nothing of them.</param>
/// <param name="Drift">What it enforces by that differs from what the plane published.</param>
/// <param name="Effective">What it enforces by, as it signed it; null: it has said nothing.</param>
public sealed record PointShown(string Id, string Kind, string Boot, long Entry, long HeardMs, long RegisteredMs, long Open, ProofOfClosure? Proof, ImmutableArray<string> Drift, string? Effective)
{
    /// <summary>The point as a member.</summary>
    public JsonValue ToJson() => JsonValue.Object(
        ("id", JsonValue.Of(Id)), ("kind", JsonValue.Of(Kind)), ("boot", JsonValue.Of(Boot)), ("entry", JsonValue.Of(Entry)), ("heard_ms", JsonValue.Of(HeardMs)), ("registered_ms", JsonValue.Of(RegisteredMs)), ("open", JsonValue.Of(Open)),
        ("proof", Proof?.ToJson() ?? JsonValue.Null), ("drift", JsonValue.Strings(Drift)), ("effective", JsonValue.Of(Effective)));

    internal static PointShown Read(JsonFields fields)
    {
        var proof = fields.FieldsOrNull("proof");
        var read = new PointShown(
            fields.Name("id"), fields.Name("kind"), fields.Text("boot", 64), fields.Integer("entry"), fields.Integer("heard_ms"), fields.Integer("registered_ms"), fields.Integer("open"), proof is null ? null : ProofOfClosure.Read(proof),
            fields.Strings("drift", 16, 64), fields.TextOrNull("effective", 16384));
        if (proof is not null)
        {
            FieldsOf.Finish(fields, "proof", proof);
        }

        return read;
    }
}
