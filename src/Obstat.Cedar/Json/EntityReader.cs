using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Obstat.Cedar.Entities;
using Obstat.Cedar.Schemas;
using Obstat.Cedar.Syntax;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Json;

/// <summary>Reads entities.</summary>
internal sealed class EntityReader
{
    private readonly DiagnosticBag _bag;
    private readonly Schema? _schema;
    private readonly ValueReader _values;
    private readonly Dictionary<EntityUid, ImmutableArray<EntityUid>> _onlyParents = [];

    private EntityReader(DiagnosticBag bag, Schema? schema) => (_bag, _schema, _values) = (bag, schema, new(bag, new ReadNames()));

    public static Parsed<EntityStore> Load(string json, Schema? schema)
    {
        ArgumentNullException.ThrowIfNull(json);
        return Quoting.IsScalarText(json)
            ? Load(Encoding.UTF8.GetBytes(json), schema)
            : new([new Diagnostic(DiagnosticCode.MalformedJson, "a lone surrogate")]);
    }

    public static Parsed<EntityStore> Load(ReadOnlySpan<byte> utf8, Schema? schema)
    {
        var bag = new DiagnosticBag();
        var reader = new EntityReader(bag, schema);
        var entities = new List<Entity>();
        reader.ReadAll(utf8, entities);
        if (schema is not null)
        {
            reader.AddActions(entities);
        }

        return bag.IsEmpty ? EntityStore.Build(entities, schema?.FactFreeTypes.ToFrozenSet(StringComparer.Ordinal) ?? []) : new(bag.Items);
    }

    /// <summary>Entity by entity: a million in one piece would be held twice.</summary>
    private void ReadAll(ReadOnlySpan<byte> utf8, List<Entity> entities)
    {
        try
        {
            var json = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = Limits.JsonDepthMax });
            if (!json.Read() || json.TokenType != JsonTokenType.StartArray)
            {
                _bag.Add(DiagnosticCode.UnexpectedJson, "entities are an array", default, "");
                return;
            }

            for (var index = 0; json.Read() && json.TokenType != JsonTokenType.EndArray; index++)
            {
                var start = (int)json.TokenStartIndex;
                json.Skip();
                if (StrictJson.Parse(utf8[start..(int)json.BytesConsumed], _bag, Limits.JsonDepthMax - 1) is { } item
                    && ReadEntity(item, "/" + index.ToString(CultureInfo.InvariantCulture)) is { } entity)
                {
                    entities.Add(entity);
                }
            }

            _ = json.Read();
        }
        catch (JsonException e)
        {
            _bag.Add(DiagnosticCode.MalformedJson, $"not strict JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine})");
        }
    }

    private Entity? ReadEntity(JsonElement item, string pointer)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            _bag.Add(DiagnosticCode.UnexpectedJson, "an entity is an object", default, pointer);
            return null;
        }

        foreach (var property in item.EnumerateObject())
        {
            if (StrictJson.Name(property) is not ("uid" or "attrs" or "parents" or "tags"))
            {
                _bag.Add(DiagnosticCode.UnexpectedJson, "an entity has uid, attrs, parents, tags", default, pointer);
                return null;
            }
        }

        if (StrictJson.Member(item, "uid") is not { } uidJson || _values.ReadUid(uidJson, pointer + "/uid") is not { } uid)
        {
            if (StrictJson.Member(item, "uid") is null)
            {
                _bag.Add(DiagnosticCode.UnexpectedJson, "an entity has a uid", default, pointer);
            }

            return null;
        }

        var declaration = _schema?.EntityTypes.GetValueOrDefault(uid.Type);
        var attributes = StrictJson.Member(item, "attrs") is { } attrs
            ? _values.ReadRecord(attrs, name => declaration is not null && declaration.Attributes.TryGet(name, out var a) ? a.Type : null, pointer + "/attrs")
            : CedarRecord.Empty;
        var tags = StrictJson.Member(item, "tags") is { } tagsJson ? _values.ReadRecord(tagsJson, _ => declaration?.Tags, pointer + "/tags") : CedarRecord.Empty;
        var parents = ReadParents(item, pointer + "/parents");
        return attributes is null || tags is null || parents is null ? null : new(uid, attributes, parents.Count == 1 ? OnlyParent(parents[0]) : (IEnumerable<EntityUid>)parents, tags);
    }

    /// <summary>Entities with the same only parent share that list.</summary>
    private ImmutableArray<EntityUid> OnlyParent(EntityUid parent)
    {
        if (!_onlyParents.TryGetValue(parent, out var list))
        {
            _onlyParents.Add(parent, list = [parent]);
        }

        return list;
    }

    private List<EntityUid>? ReadParents(JsonElement item, string pointer)
    {
        var parents = new List<EntityUid>();
        if (StrictJson.Member(item, "parents") is not { } json)
        {
            return parents;
        }

        if (json.ValueKind != JsonValueKind.Array)
        {
            _bag.Add(DiagnosticCode.UnexpectedJson, "parents are an array", default, pointer);
            return null;
        }

        foreach (var element in json.EnumerateArray())
        {
            if (_values.ReadUid(element, pointer + "/" + parents.Count.ToString(CultureInfo.InvariantCulture)) is not { } parent)
            {
                return null;
            }

            parents.Add(parent);
        }

        return parents;
    }

    /// <summary>Actions come from the schema alone; one that is given too must say the same, or less than all of its transitive groups.</summary>
    private void AddActions(List<Entity> entities)
    {
        var given = new Dictionary<EntityUid, Entity>();
        foreach (var entity in entities.Where(e => e.Uid.IsAction))
        {
            _ = given.TryAdd(entity.Uid, entity);
        }

        foreach (var action in _schema!.Actions.Values)
        {
            if (given.Remove(action.Uid, out var same))
            {
                if (same.Attributes.Count > 0 || same.Tags.Count > 0 || !action.Parents.IsSubsetOf(same.Parents) || !action.Ancestors.IsSupersetOf(same.Parents))
                {
                    _bag.Add(DiagnosticCode.ActionDiffers, "an action is as the schema declares it", default, action.Uid.ToString());
                }

                _ = entities.Remove(same);
            }

            entities.Add(new(action.Uid, parents: action.Parents));
        }

        foreach (var unknown in given.Keys)
        {
            _bag.Add(DiagnosticCode.UndeclaredAction, "the schema declares no such action", default, unknown.ToString());
        }
    }
}
