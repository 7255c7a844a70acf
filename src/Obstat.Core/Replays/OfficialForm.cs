using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Obstat.Cedar;
using Obstat.Cedar.Entities;
using Obstat.Cedar.Values;
using Obstat.Core.Decisions;

namespace Obstat.Core.Replays;

/// <summary>Writes what was asked as others write it: the JSON of the official engine's authorization call.</summary>
internal static class OfficialForm
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 1_000 };

    public static string Of(Law law, EntityStore store, Request request, DateTimeOffset now)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, s_options))
        {
            json.WriteStartObject();
            Uid(json, "principal", request.Principal);
            Uid(json, "action", request.Action);
            Uid(json, "resource", request.Resource);
            json.WritePropertyName("context");
            Value(json, request.Context);
            json.WriteStartObject("policies");
            json.WriteStartObject("staticPolicies");
            foreach (var policy in law.Policies.Policies.Where(p => !Listing.IsOver(p, now)))
            {
                json.WriteString(policy.Id, policy.ToText()); // as text: a number of 64 bits does not pass through every JSON reader
            }

            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteStartArray("entities");
            foreach (var entity in store.Entities)
            {
                Entity(json, entity);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Entity(Utf8JsonWriter json, Entity entity)
    {
        json.WriteStartObject();
        Uid(json, "uid", entity.Uid);
        json.WritePropertyName("attrs");
        Value(json, entity.Attributes);
        json.WriteStartArray("parents");
        foreach (var parent in entity.Parents)
        {
            Uid(json, null, parent);
        }

        json.WriteEndArray();
        json.WritePropertyName("tags");
        Value(json, entity.Tags);
        json.WriteEndObject();
    }

    private static void Uid(Utf8JsonWriter json, string? name, EntityUid uid)
    {
        if (name is not null)
        {
            json.WritePropertyName(name);
        }

        json.WriteStartObject();
        json.WriteString("type", uid.Type);
        json.WriteString("id", uid.Id);
        json.WriteEndObject();
    }

    private static void Value(Utf8JsonWriter json, CedarValue value)
    {
        switch (value)
        {
            case CedarBool truth:
                json.WriteBooleanValue(truth.Value);
                break;
            case CedarLong number:
                json.WriteNumberValue(number.Value);
                break;
            case CedarString text:
                json.WriteStringValue(text.Value);
                break;
            case EntityUid uid:
                json.WriteStartObject();
                Uid(json, "__entity", uid);
                json.WriteEndObject();
                break;
            case CedarSet set:
                json.WriteStartArray();
                foreach (var element in set.Elements)
                {
                    Value(json, element);
                }

                json.WriteEndArray();
                break;
            case CedarRecord record:
                json.WriteStartObject();
                for (var i = 0; i < record.Count; i++)
                {
                    json.WritePropertyName(record.Names[i]);
                    Value(json, record.Values[i]);
                }

                json.WriteEndObject();
                break;
            default:
                Extension(json, value.ToString());
                break;
        }
    }

    // decimal("1.0"), datetime(".."), duration(".."), ip(".."): the text of such a value is its constructor, and its argument needs no escapes.
    private static void Extension(Utf8JsonWriter json, string constructor)
    {
        var open = constructor.IndexOf('(', StringComparison.Ordinal);
        json.WriteStartObject();
        json.WriteStartObject("__extn");
        json.WriteString("fn", constructor[..open]);
        json.WriteString("arg", constructor[(open + 2)..^2]);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
