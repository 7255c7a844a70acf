using Obstat.Proof.Json;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Messages;

/// <summary>The point and boot of a message without a number of its own.</summary>
internal static class EpFields
{
    public static JsonValue ToJson(PointBoot ep) => JsonValue.Object(("id", JsonValue.Of(ep.Id)), ("boot", JsonValue.Of(ep.Boot)));

    public static PointBoot Read(JsonFields parent)
    {
        var fields = parent.Fields("ep");
        var read = new PointBoot(fields.Name("id"), fields.Random128("boot"));
        FieldsOf.Finish(parent, "ep", fields);
        return read;
    }
}
