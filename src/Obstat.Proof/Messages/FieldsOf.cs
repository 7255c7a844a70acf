using Obstat.Proof.Json;

namespace Obstat.Proof.Messages;

/// <summary>Closes nested objects: an unknown member inside refuses the message like one at its top.</summary>
internal static class FieldsOf
{
    /// <summary>Hands the finding of a nested object to its parent.</summary>
    public static void Finish(JsonFields parent, string name, JsonFields nested)
    {
        if (!nested.Complete())
        {
            parent.Refuse(name, nested.Error!.Value.Expected);
        }
    }
}
