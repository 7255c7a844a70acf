using Obstat.Proof.Json;

namespace Obstat.Proof.Messages;

/// <summary>One run of one enforcement point.</summary>
/// <param name="Id">The point's name.</param>
/// <param name="Boot">128 random bits made at its start, base64url: a permit for an earlier boot can never run.</param>
public sealed record PointBoot(string Id, string Boot)
{
    /// <summary><c>{boot, id}</c>.</summary>
    public JsonValue ToJson() => JsonValue.Object(("id", JsonValue.Of(Id)), ("boot", JsonValue.Of(Boot)));

    /// <summary>Takes the members of the object of that name.</summary>
    public static PointBoot Read(JsonFields parent, string name)
    {
        var fields = parent.Fields(name);
        var read = new PointBoot(fields.Name("id"), fields.Random128("boot"));
        FieldsOf.Finish(parent, name, fields);
        return read;
    }
}
