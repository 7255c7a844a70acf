using System.Collections.Immutable;
using Obstat.Proof.Encodings;
using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>Members in the forms that evidence has: digests in hex, ids of 128 bits, times.</summary>
internal static class StatementFields
{
    public const int TextMax = 512;
    private const int IdLength = 22;

    public static Digest Digest(this JsonFields fields, string name)
    {
        var text = fields.String(name, 64);
        if (!Proof.Digest.TryParseHex(text, out var digest))
        {
            fields.Refuse(name, "64 lower-case hex digits");
        }

        return digest;
    }

    public static Digest? DigestOrNull(this JsonFields fields, string name) => fields.StringOrNull(name, 64) is null ? null : fields.Digest(name);

    /// <summary>128 random bits in base64url.</summary>
    public static string Id(this JsonFields fields, string name)
    {
        var id = fields.String(name, IdLength);
        if (id.Length != IdLength || !Base64Url.IsCanonical(id))
        {
            fields.Refuse(name, "128 bits in base64url");
        }

        return id;
    }

    /// <summary>An array of ids, sorted, each once.</summary>
    public static ImmutableArray<string> Ids(this JsonFields fields, string name, int max)
    {
        var ids = fields.Strings(name, max, IdLength);
        for (var i = 0; i < ids.Length; i++)
        {
            if (ids[i].Length != IdLength || !Base64Url.IsCanonical(ids[i]) || (i > 0 && string.CompareOrdinal(ids[i - 1], ids[i]) >= 0))
            {
                fields.Refuse(name, "128 bits in base64url each, sorted");
                return [];
            }
        }

        return ids;
    }

    public static string? IdOrNull(this JsonFields fields, string name) => fields.StringOrNull(name, IdLength) is null ? null : fields.Id(name);

    public static string Text(this JsonFields fields, string name)
    {
        var text = fields.String(name, TextMax);
        if (text.Length == 0)
        {
            fields.Refuse(name, "a text that is not empty");
        }

        return text;
    }

    public static string? TextOrNull(this JsonFields fields, string name) => fields.StringOrNull(name, TextMax) is null ? null : fields.Text(name);

    public static Timestamp Time(this JsonFields fields, string name)
    {
        if (!Timestamp.TryParse(fields.String(name, 32), out var time))
        {
            fields.Refuse(name, "a time in UTC with three decimals");
        }

        return time;
    }

    public static Timestamp? TimeOrNull(this JsonFields fields, string name) => fields.StringOrNull(name, 32) is null ? null : fields.Time(name);

    /// <summary>One object, read whole.</summary>
    public static T Nested<T>(this JsonFields fields, string name, Func<JsonFields, T> read) => Whole(fields, name, fields.Fields(name), read);

    /// <summary>One object or null.</summary>
    public static T? NestedOrNull<T>(this JsonFields fields, string name, Func<JsonFields, T> read)
        where T : class
        => fields.FieldsOrNull(name) is { } nested ? Whole(fields, name, nested, read) : null;

    /// <summary>An array of objects.</summary>
    public static ImmutableArray<T> Each<T>(this JsonFields fields, string name, int max, Func<JsonFields, T> read)
    {
        var items = fields.Array(name, max);
        if (items.IsEmpty)
        {
            return [];
        }

        var each = ImmutableArray.CreateBuilder<T>(items.Length);
        for (var i = 0; i < items.Length; i++)
        {
            each.Add(Whole(fields, name, JsonFields.OfItem(items[i], name, i), read));
        }

        return each.MoveToImmutable();
    }

    /// <summary>An object whose members are counts.</summary>
    public static ImmutableSortedDictionary<string, long> Counts(this JsonFields fields, string name)
        => fields.Object(name).Members.ToImmutableSortedDictionary(
            m => m.Name,
            m =>
            {
                if (m.Value.AsInteger is not >= 1)
                {
                    fields.Refuse(name, "counts from 1");
                }

                return m.Value.AsInteger ?? 0;
            },
            StringComparer.Ordinal);

    public static JsonValue ToJson(this ImmutableSortedDictionary<string, long> counts)
        => JsonValue.Object([.. counts.Select(c => (c.Key, JsonValue.Of(c.Value)))]);

    public static JsonValue ToJson(this Digest digest) => JsonValue.Of(digest.ToHex());

    public static JsonValue ToJson(this Digest? digest) => JsonValue.Of(digest?.ToHex());

    public static JsonValue ToJson(this Timestamp? time) => JsonValue.Of(time?.ToString());

    public static JsonValue ToJson(this long? number) => number is { } n ? JsonValue.Of(n) : JsonValue.Null;

    private static T Whole<T>(JsonFields parent, string name, JsonFields nested, Func<JsonFields, T> read)
    {
        var value = read(nested);
        if (!nested.Complete())
        {
            parent.Refuse(name, nested.Error!.Value.ToString());
        }

        return value;
    }
}
