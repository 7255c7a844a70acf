using Obstat.Proof.Json;

namespace Obstat.Proof.Messages;

/// <summary>One number of everything that a point says to the plane in one boot: 1, 2, 3 .. Each ends in exactly one entry or inside one range.</summary>
/// <param name="Id">The point's name.</param>
/// <param name="Boot">Its boot.</param>
/// <param name="Seq">The number, from 1.</param>
public sealed record PointSeq(string Id, string Boot, long Seq)
{
    /// <summary><c>{boot, id, seq}</c>.</summary>
    public JsonValue ToJson() => JsonValue.Object(("id", JsonValue.Of(Id)), ("boot", JsonValue.Of(Boot)), ("seq", JsonValue.Of(Seq)));

    /// <summary>Takes the members of the object of that name.</summary>
    public static PointSeq Read(JsonFields parent, string name)
    {
        var fields = parent.Fields(name);
        var read = new PointSeq(fields.Name("id"), fields.Random128("boot"), fields.Integer("seq", 1));
        FieldsOf.Finish(parent, name, fields);
        return read;
    }
}
