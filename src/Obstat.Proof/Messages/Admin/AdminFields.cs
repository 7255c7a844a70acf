using System.Collections.Immutable;
using Obstat.Proof.Json;
using Obstat.Proof.Reasons;

namespace Obstat.Proof.Messages.Admin;

/// <summary>Reads the kinds of values that operator messages have beside those of <see cref="FieldRules"/>.</summary>
internal static class AdminFields
{
    /// <summary>A reason code or null.</summary>
    public static DenyReason? ReasonOrNull(JsonFields fields, string name) => fields.StringOrNull(name, 64) is null ? null : fields.Reason(name);

    /// <summary>SHA-256 in hex or null.</summary>
    public static Digest? DigestOrNull(JsonFields fields, string name) => fields.StringOrNull(name, 64) is null ? null : fields.HexDigest(name);

    /// <summary>An array of objects, each read whole.</summary>
    public static ImmutableArray<T> Each<T>(this JsonFields fields, string name, int max, Func<JsonFields, T> read)
    {
        var items = ImmutableArray.CreateBuilder<T>();
        foreach (var value in fields.Array(name, max))
        {
            var item = new JsonFields(value, name);
            items.Add(read(item));
            FieldsOf.Finish(fields, name, item);
        }

        return items.DrainToImmutable();
    }
}
