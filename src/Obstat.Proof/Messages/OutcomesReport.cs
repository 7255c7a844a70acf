using System.Collections.Immutable;
using Obstat.Proof.Json;

namespace Obstat.Proof.Messages;

/// <summary>Several outcomes in one message, in the order of their chain. Each is judged alone.</summary>
/// <param name="Outcomes">The DSSE envelope of each, 1 to 16.</param>
public sealed record OutcomesReport(ImmutableArray<JsonValue> Outcomes) : IPlaneMessage<OutcomesReport>
{
    /// <summary>Outcomes in one message, at most.</summary>
    public const int OutcomesMax = 16;

    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(("v", JsonValue.Of(PlaneMessage.Version)), ("outcomes", JsonValue.Array(Outcomes)));

    /// <summary>The bytes of a message of envelopes that are written already, each canonical.</summary>
    public static byte[] Write(IReadOnlyList<byte[]> envelopes)
    {
        ArgumentNullException.ThrowIfNull(envelopes);
        using var bytes = new MemoryStream(envelopes.Sum(e => e.Length + 1) + 32);
        bytes.Write("{\"outcomes\":["u8);
        for (var i = 0; i < envelopes.Count; i++)
        {
            bytes.Write(i == 0 ? ""u8 : ","u8);
            bytes.Write(envelopes[i]);
        }

        bytes.Write("],\"v\":1}"u8);
        return bytes.ToArray();
    }

    /// <inheritdoc/>
    public static OutcomesReport Read(JsonFields fields)
    {
        var outcomes = fields.Array("outcomes", OutcomesMax);
        if (outcomes.IsEmpty)
        {
            fields.Refuse("outcomes", "at least one");
        }

        return new OutcomesReport(outcomes);
    }
}
