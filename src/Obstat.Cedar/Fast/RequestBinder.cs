using System.Collections.Frozen;
using System.Text.Json;
using Obstat.Cedar.Schemas;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Fast;

/// <summary>
/// Binds requests of one schema to one compiled set, straight from UTF-8 JSON: reading, checking against the schema and binding are one pass over the bytes. What that
/// pass does not take, <see cref="RequestReader"/> reads and judges: the two never differ in what they accept. Safe for concurrent use.
/// </summary>
public sealed class RequestBinder
{
    private readonly FastEvaluator _evaluator;
    private readonly Schema _schema;
    private readonly TypeTable _types;
    private readonly FrozenDictionary<EntityUid, ActionPlan> _actions;

    /// <summary>Prepares one plan for each action of the schema.</summary>
    public RequestBinder(FastEvaluator evaluator, Schema schema)
    {
        ArgumentNullException.ThrowIfNull(evaluator);
        ArgumentNullException.ThrowIfNull(schema);
        (_evaluator, _schema) = (evaluator, schema);
        var names = evaluator.Store.Policies.Names;
        _types = new(schema, names);
        var plans = new PlanMaker(names, _types);
        _actions = schema.Actions.Values.ToFrozenDictionary(a => a.Uid, a => new ActionPlan(a, evaluator.Store.Find(a.Uid), _types, plans));
    }

    /// <summary>Reads, checks and binds <c>{principal, action, resource, context}</c>; refuses what <see cref="RequestReader.Parse"/> refuses.</summary>
    public Parsed<BoundRequest> Bind(ReadOnlySpan<byte> utf8)
    {
        if (TryBind(utf8) is { } bound)
        {
            return new(bound);
        }

        var request = RequestReader.Parse(utf8, _schema);
        return request.TryGet(out var read) ? new(_evaluator.Bind(read)) : new(request.Diagnostics);
    }

    /// <summary>The one pass; nothing where it gives up.</summary>
    internal BoundRequest? TryBind(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > Limits.RequestBytesMax)
        {
            return null;
        }

        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = Limits.JsonDepthMax });
        try
        {
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject ? Read(ref reader) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not JSON, or an escape that stands for no text.
            return null;
        }
    }

    private BoundRequest? Read(ref Utf8JsonReader reader)
    {
        TypedReference? principal = null, resource = null;
        ActionPlan? action = null;
        CedarRecord? context = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("principal"u8))
            {
                if (principal is not null || !_types.TryReadReference(ref reader, out var named))
                {
                    return null;
                }

                principal = named;
            }
            else if (reader.ValueTextEquals("resource"u8))
            {
                if (resource is not null || !_types.TryReadReference(ref reader, out var named))
                {
                    return null;
                }

                resource = named;
            }
            else if (reader.ValueTextEquals("action"u8))
            {
                if (action is not null || !_types.TryReadReference(ref reader, out var named) || !_actions.TryGetValue(named.Uid, out action))
                {
                    return null;
                }
            }
            else if (action is null || context is not null || !reader.ValueTextEquals("context"u8)
                || !reader.Read() || !action.Context.TryRead(ref reader, out var value))
            {
                // The context is read by the types of the action, so it comes behind it.
                return null;
            }
            else
            {
                context = (CedarRecord)value;
            }
        }

        if (reader.TokenType != JsonTokenType.EndObject || reader.Read() || action is null || principal is not { } who || resource is not { } what
            || !action.AppliesTo(who.Type, what.Type) || (context is null && !action.Context.TakesNothing))
        {
            return null;
        }

        context ??= CedarRecord.Empty;
        var store = _evaluator.Store;
        return new(new(who.Uid, action.Entity.Uid, what.Uid, context), store, store.Find(who.Uid), action.Entity, store.Find(what.Uid), context, []);
    }
}
