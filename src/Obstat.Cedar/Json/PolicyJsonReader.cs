using System.Collections.Immutable;
using System.Text.Json;
using Obstat.Cedar.Syntax;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Json;

/// <summary>Reads the JSON form of policies. Unknown members are refused. A method that returns nothing has complained.</summary>
internal sealed partial class PolicyJsonReader
{
    /// <summary>A long chain of one operator is nested deeply in JSON, not in the expression.</summary>
    private const int DepthMax = 40_000;

    private readonly DiagnosticBag _bag;
    private readonly ValueReader _values;
    private string _subject = "";
    private int _nodes;

    private PolicyJsonReader(DiagnosticBag bag) => (_bag, _values) = (bag, new(bag));

    public static Parsed<Policy> ReadPolicy(string id, string json)
    {
        var bag = new DiagnosticBag();
        return Open(json, Limits.PolicyTextMax, bag) is { } root && new PolicyJsonReader(bag).ReadPolicy(id, root) is { } policy && bag.IsEmpty
            ? new(policy)
            : new(bag.Items);
    }

    public static Parsed<PolicySet> ReadSet(string json)
    {
        var bag = new DiagnosticBag();
        if (Open(json, Limits.SetTextMax, bag) is not { } root)
        {
            return new(bag.Items);
        }

        var policies = new PolicyJsonReader(bag).ReadSet(root);
        return bag.IsEmpty ? PolicySet.Of(policies) : new(bag.Items);
    }

    private static JsonElement? Open(string json, int max, DiagnosticBag bag)
    {
        ArgumentNullException.ThrowIfNull(json);
        if (json.Length <= max)
        {
            return StrictJson.Parse(json, bag, DepthMax);
        }

        bag.Add(DiagnosticCode.TextTooLarge, $"at most {max} units");
        return null;
    }

    private List<Policy> ReadSet(JsonElement root)
    {
        var policies = new List<Policy>();
        if (!Known(root, "staticPolicies", "templates", "templateLinks"))
        {
            return policies;
        }

        policies.AddRange(ReadPolicies(root, "staticPolicies"));
        var templates = ReadPolicies(root, "templates").ToDictionary(t => t.Id, StringComparer.Ordinal);
        foreach (var template in templates.Values.Where(t => !t.IsTemplate))
        {
            Refuse(DiagnosticCode.UnboundLink, "a template has a slot", template.Id);
        }

        if (StrictJson.Member(root, "templateLinks") is not { ValueKind: JsonValueKind.Array } links)
        {
            if (StrictJson.Member(root, "templateLinks") is not null)
            {
                Refuse("templateLinks are an array");
            }

            return policies;
        }

        foreach (var link in links.EnumerateArray())
        {
            if (ReadLink(link, templates) is { } policy)
            {
                policies.Add(policy);
            }
        }

        foreach (var id in policies.Select(p => p.Id).Where(templates.ContainsKey))
        {
            Refuse(DiagnosticCode.DuplicateId, "this id names a policy and a template", id);
        }

        return policies;
    }

    private List<Policy> ReadPolicies(JsonElement root, string name)
    {
        var policies = new List<Policy>();
        if (StrictJson.Member(root, name) is not { } json)
        {
            return policies;
        }

        if (json.ValueKind != JsonValueKind.Object)
        {
            Refuse($"{name} is an object");
            return policies;
        }

        foreach (var member in json.EnumerateObject())
        {
            if (StrictJson.Name(member) is { } id && ReadPolicy(id, member.Value) is { } policy)
            {
                policies.Add(policy);
            }
            else if (_bag.IsEmpty)
            {
                Refuse("an id is no Unicode text");
            }
        }

        return policies;
    }

    private Policy? ReadLink(JsonElement json, Dictionary<string, Policy> templates)
    {
        if (!Known(json, "templateId", "newId", "values") || Text(json, "templateId") is not { } templateId || Text(json, "newId") is not { } newId
            || StrictJson.Member(json, "values") is not { } values || !Known(values, "?principal", "?resource"))
        {
            return null;
        }

        if (!templates.TryGetValue(templateId, out var template))
        {
            Refuse(DiagnosticCode.UnknownTemplate, "a link to no template", newId);
            return null;
        }

        EntityUid? principal = null;
        EntityUid? resource = null;
        if ((StrictJson.Member(values, "?principal") is { } p && (principal = _values.ReadUid(p, newId)) is null)
            || (StrictJson.Member(values, "?resource") is { } r && (resource = _values.ReadUid(r, newId)) is null))
        {
            return null;
        }

        var linked = template.Link(newId, principal, resource);
        _bag.AddRange(linked.Diagnostics);
        return linked.TryGet(out var policy) ? policy : null;
    }

    private Policy? ReadPolicy(string id, JsonElement json)
    {
        (_subject, _nodes) = (id, 0);
        if (!Known(json, "effect", "principal", "action", "resource", "conditions", "annotations") || Text(json, "effect") is not { } effect)
        {
            return null;
        }

        if (effect is not ("permit" or "forbid"))
        {
            return Refuse<Policy>("the effect is permit or forbid");
        }

        if (ReadScope(json, "principal") is not { } principal || ReadScope(json, "action") is not { } action || ReadScope(json, "resource") is not { } resource)
        {
            return null;
        }

        if (action.Entities.Any(e => !e.IsAction))
        {
            Refuse(DiagnosticCode.NotAnAction, "the type of an action ends in Action", id);
            return null;
        }

        if (StrictJson.Member(json, "conditions") is not { ValueKind: JsonValueKind.Array } clauses)
        {
            return Refuse<Policy>("conditions are an array");
        }

        var conditions = ImmutableArray.CreateBuilder<Condition>();
        foreach (var clause in clauses.EnumerateArray())
        {
            if (!Known(clause, "kind", "body") || Text(clause, "kind") is not { } kind || ReadMember(clause, "body", 0) is not { } body)
            {
                return null;
            }

            if (kind is not ("when" or "unless"))
            {
                return Refuse<Policy>("the kind of a condition is when or unless");
            }

            conditions.Add(new(kind == "unless", body, default));
        }

        return ReadAnnotations(json) is { } annotations
            ? new(id, effect == "permit" ? Effect.Permit : Effect.Forbid, annotations, principal, action, resource, conditions.DrainToImmutable(), default)
            : null;
    }

    private ImmutableArray<Annotation>? ReadAnnotations(JsonElement json)
    {
        if (StrictJson.Member(json, "annotations") is not { } members)
        {
            return [];
        }

        if (members.ValueKind != JsonValueKind.Object)
        {
            Refuse("annotations are an object");
            return null;
        }

        var annotations = ImmutableArray.CreateBuilder<Annotation>();
        foreach (var member in members.EnumerateObject())
        {
            var value = member.Value.ValueKind switch
            {
                JsonValueKind.Null => "",
                JsonValueKind.String => StrictJson.Text(member.Value),
                _ => null,
            };
            if (value is null || StrictJson.Name(member) is not { } name || !Identifiers.IsIdentifierText(name))
            {
                Refuse("an annotation is an identifier with a string");
                return null;
            }

            annotations.Add(new(name, value, default));
        }

        return annotations.DrainToImmutable();
    }

    private ScopeConstraint? ReadScope(JsonElement json, string variable)
    {
        if (StrictJson.Member(json, variable) is not { } scope || Text(scope, "op") is not { } op)
        {
            return Refuse<ScopeConstraint>($"{variable} has an op");
        }

        switch (op)
        {
            case "All" when Known(scope, "op"):
                return new(ScopeKind.Any, [], null, false, default);
            case "==" when Known(scope, "op", "entity", "slot"):
                return ReadTarget(scope, variable, ScopeKind.Equal, null);
            case "in" when variable == "action" && StrictJson.Member(scope, "entities") is { ValueKind: JsonValueKind.Array } many && Known(scope, "op", "entities"):
                var entities = many.EnumerateArray().Select(e => _values.ReadUid(e, variable)).ToList();
                return entities.Any(e => e is null) ? null : new(ScopeKind.InSet, [.. entities!], null, false, default);
            case "in" when Known(scope, "op", "entity", "slot"):
                return ReadTarget(scope, variable, ScopeKind.In, null);
            case "is" when variable != "action" && Known(scope, "op", "entity_type", "in") && Text(scope, "entity_type") is { } type:
                if (!Identifiers.IsPath(type))
                {
                    return Refuse<ScopeConstraint>("entity_type is a path");
                }

                return StrictJson.Member(scope, "in") is not { } container ? new(ScopeKind.Is, [], type, false, default)
                    : Known(container, "entity", "slot") ? ReadTarget(container, variable, ScopeKind.IsIn, type) : null;
            default:
                return Refuse<ScopeConstraint>($"no such constraint on {variable}");
        }
    }

    private ScopeConstraint? ReadTarget(JsonElement json, string variable, ScopeKind kind, string? type)
    {
        if (StrictJson.Member(json, "slot") is not null)
        {
            return variable != "action" && StrictJson.Member(json, "entity") is null && Text(json, "slot") == "?" + variable
                ? new(kind, [], type, true, default)
                : Refuse<ScopeConstraint>("this slot may not stand here");
        }

        return StrictJson.Member(json, "entity") is { } entity
            ? _values.ReadUid(entity, variable) is { } uid ? new(kind, [uid], type, false, default) : null
            : Refuse<ScopeConstraint>("expected an entity");
    }

    private string? Text(JsonElement json, string name) =>
        StrictJson.Member(json, name) is { ValueKind: JsonValueKind.String } value && StrictJson.Text(value) is { } text ? text : Refuse<string>($"{name} is a string");

    private bool Known(JsonElement json, params ReadOnlySpan<string> names)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            Refuse("expected an object");
            return false;
        }

        foreach (var property in json.EnumerateObject())
        {
            if (StrictJson.Name(property) is not { } name || !names.Contains(name))
            {
                Refuse(DiagnosticCode.UnknownAttributeOfPolicy, "an unknown member", _subject);
                return false;
            }
        }

        return true;
    }

    private T? Refuse<T>(string message)
        where T : class
    {
        Refuse(message);
        return null;
    }

    private void Refuse(string message) => Refuse(DiagnosticCode.UnexpectedJson, message, _subject);

    private void Refuse(DiagnosticCode code, string message, string subject) => _bag.Add(code, message, default, subject);
}
