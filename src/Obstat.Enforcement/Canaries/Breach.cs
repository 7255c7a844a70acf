using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Json;
using Obstat.Proof.Messages;

namespace Obstat.Enforcement.Canaries;

/// <summary>A probe had an effect, or was refused for a wrong reason: the point refuses everything until an operator arms it again, over restarts too.</summary>
/// <param name="Halt">Id of the halt that the plane records for it.</param>
/// <param name="Cause">What was seen.</param>
/// <param name="Effects">Effects that must not have been.</param>
/// <param name="IsTold">Whether the plane recorded it.</param>
internal sealed record Breach(string Halt, string Cause, long Effects, bool IsTold)
{
    public const int BytesMax = 8192;

    public byte[] ToBytes() => JsonValue.Object(
        ("v", JsonValue.Of(1)), ("halt", JsonValue.Of(Halt)), ("cause", JsonValue.Of(Cause)), ("effects", JsonValue.Of(Effects)), ("told", IsTold ? JsonValue.True : JsonValue.False)).ToCanonicalBytes();

    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Breach? breach)
    {
        breach = null;
        if (!StrictJson.TryParse(bytes, out var json, out _))
        {
            return false;
        }

        var fields = new JsonFields(json);
        _ = fields.Integer("v", 1, 1);
        var read = new Breach(fields.String("halt", 22), fields.String("cause", CanaryFailed.CauseMax), fields.Integer("effects"), fields.Boolean("told"));
        breach = fields.Complete() ? read : null;
        return breach is not null;
    }
}
