using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using Obstat.Cedar.Schemas;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Fast;

/// <summary>One entity type of a schema, or the type of some of its actions.</summary>
internal sealed class TypePlan(string name, FrozenSet<string>? ids)
{
    public string Name { get; } = name;

    /// <summary>Whether an entity of this type may have the id.</summary>
    public bool Takes(string id) => ids is null || ids.Contains(id);
}

/// <summary>A reference to an entity of a declared type.</summary>
internal readonly record struct TypedReference(TypePlan Type, EntityUid Uid);

/// <summary>The types of a schema by their UTF-8 names, and references read by them.</summary>
internal sealed class TypeTable
{
    private readonly FrozenDictionary<string, TypePlan> _types;
    private readonly Utf8Names<TypePlan> _byName;

    public TypeTable(Schema schema, PolicyNames names)
    {
        var types = schema.EntityTypes.Values.ToDictionary(
            t => t.Name, t => new TypePlan(names.Strings.Find(t.Name), t.IsEnum ? t.EnumIds.ToFrozenSet(StringComparer.Ordinal) : null), StringComparer.Ordinal);
        foreach (var actions in schema.Actions.Keys.GroupBy(a => a.Type, StringComparer.Ordinal))
        {
            _ = types.TryAdd(actions.Key, new(names.Strings.Find(actions.Key), actions.Select(a => a.Id).ToFrozenSet(StringComparer.Ordinal)));
        }

        _types = types.ToFrozenDictionary(StringComparer.Ordinal);
        _byName = new(types);
    }

    /// <summary>The type of that name; nothing if no entity and no action has it.</summary>
    public TypePlan? Of(string name) => _types.GetValueOrDefault(name);

    /// <summary>Reads the reference that comes next, <c>{type, id}</c> or <c>{__entity: {type, id}}</c>, of a declared type and an id that it takes.</summary>
    public bool TryReadReference(ref Utf8JsonReader reader, out TypedReference reference)
    {
        reference = default;
        return reader.Read() && reader.TokenType == JsonTokenType.StartObject && TryReadOpened(ref reader, out reference);
    }

    /// <summary>As <see cref="TryReadReference"/>, behind the opening brace.</summary>
    public bool TryReadOpened(ref Utf8JsonReader reader, out TypedReference reference)
    {
        reference = default;
        if (!reader.Read() || reader.TokenType != JsonTokenType.PropertyName)
        {
            return false;
        }

        if (!reader.ValueTextEquals("__entity"u8))
        {
            return TryReadMembers(ref reader, out reference);
        }

        return reader.Read() && reader.TokenType == JsonTokenType.StartObject && reader.Read() && TryReadMembers(ref reader, out reference)
            && reader.Read() && reader.TokenType == JsonTokenType.EndObject;
    }

    /// <summary>The text of the string that the reader stands on, if it is Unicode.</summary>
    public static bool TryText(ref Utf8JsonReader reader, out string text)
    {
        text = "";
        if (reader.TokenType != JsonTokenType.String)
        {
            return false;
        }

        if (!reader.ValueIsEscaped)
        {
            if (!System.Text.Unicode.Utf8.IsValid(reader.ValueSpan))
            {
                return false;
            }

            text = Encoding.UTF8.GetString(reader.ValueSpan);
            return true;
        }

        try
        {
            text = reader.GetString()!;
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private bool TryReadMembers(ref Utf8JsonReader reader, out TypedReference reference)
    {
        reference = default;
        TypePlan? type = null;
        string? id = null;
        while (reader.TokenType == JsonTokenType.PropertyName)
        {
            if (type is null && reader.ValueTextEquals("type"u8))
            {
                if (!reader.Read() || reader.TokenType != JsonTokenType.String || reader.ValueIsEscaped || !_byName.TryGet(reader.ValueSpan, out type))
                {
                    return false;
                }
            }
            else if (id is not null || !reader.ValueTextEquals("id"u8) || !reader.Read() || !TryText(ref reader, out id))
            {
                return false;
            }

            if (!reader.Read())
            {
                return false;
            }
        }

        if (type is null || id is null || reader.TokenType != JsonTokenType.EndObject || !type.Takes(id))
        {
            return false;
        }

        reference = new(type, EntityUid.OfDecoded(type.Name, id));
        return true;
    }
}
