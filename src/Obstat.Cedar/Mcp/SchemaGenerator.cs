using System.Collections.Immutable;
using System.Text.Json;
using Obstat.Cedar.Json;
using Obstat.Cedar.Schemas;

namespace Obstat.Cedar.Mcp;

/// <summary>
/// Writes a schema from the tools that an MCP server lists and a stub that says who may call them on what: the mapping of cedar-for-agents. The stub has exactly one
/// namespace, with entities annotated <c>@mcp_principal</c> and <c>@mcp_resource</c>, and may have types <c>@mcp_context("key")</c> and actions <c>@mcp_action</c>.
/// </summary>
public sealed class SchemaGenerator
{
    private readonly SchemaProfile _profile;
    private readonly SchemaDraft _draft = new();
    private readonly string _server;
    private readonly ImmutableArray<string> _principals;
    private readonly ImmutableArray<string> _resources;
    private readonly ImmutableArray<ActionReference> _groups;
    private readonly ImmutableArray<FieldDeclaration> _context;
    private readonly ImmutableHashSet<string> _stubActions;

    private SchemaGenerator(NamespaceFragment stub, SchemaProfile profile)
    {
        (_profile, _server) = (profile, stub.Name);
        _principals = [.. stub.Entities.Where(e => Marks(e.Annotations, "mcp_principal")).Select(e => e.Name)];
        _resources = [.. stub.Entities.Where(e => Marks(e.Annotations, "mcp_resource")).Select(e => e.Name)];
        _groups = [.. stub.Actions.Where(a => Marks(a.Annotations, "mcp_action")).Select(a => new ActionReference(null, a.Name))];
        _stubActions = [.. stub.Actions.Select(a => a.Name)];
        _context =
        [
            .. stub.CommonTypes.Select(t => (t.Name, t.Annotations)).Concat(stub.Entities.Select(e => (e.Name, e.Annotations)))
                .SelectMany(d => d.Annotations.Where(a => a.Name == "mcp_context").Select(a => new FieldDeclaration(a.Value, new TypeExpression.Named(d.Name, TypeNameKind.EntityOrCommon, default), true, []))),
        ];
        stub.CommonTypes.ToList().ForEach(t => _draft.Put(stub.Name, t with { Annotations = profile.KeepAnnotations ? t.Annotations : [], Type = Sorted(t.Type) }));
        stub.Entities.ToList().ForEach(e => _draft.Add(stub.Name, e with { Annotations = profile.KeepAnnotations ? e.Annotations : [], Shape = e.Shape is null ? null : Sorted(e.Shape) }));
        stub.Actions.ToList().ForEach(a => _draft.Put(stub.Name, a with { Annotations = profile.KeepAnnotations ? a.Annotations : [] }));
    }

    /// <summary>Generates. Refuses a stub that is none, a list that is none, and a list with a tool that cannot be mapped or is listed twice.</summary>
    /// <param name="stub">The stub, in the text form of schemas.</param>
    /// <param name="tools">A <c>tools/list</c> response, an array of tools, or one tool.</param>
    /// <param name="profile">The mapping.</param>
    public static Parsed<SchemaFragment> Generate(string stub, JsonElement tools, SchemaProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        var parsed = SchemaFragment.Parse(stub);
        if (!parsed.TryGet(out var fragment))
        {
            return parsed;
        }

        if (fragment.Namespaces is not [{ Name.Length: > 0 } space])
        {
            return Refused("a stub has exactly one namespace, with a name");
        }

        var generator = new SchemaGenerator(space, profile with { IsOfficial = true });
        return generator._principals.IsEmpty || generator._resources.IsEmpty
            ? Refused("a stub has an entity @mcp_principal and an entity @mcp_resource")
            : generator.Generate(tools);
    }

    /// <summary>The text of a generated schema, laid out as the official generator does.</summary>
    public static string Print(SchemaFragment fragment)
    {
        ArgumentNullException.ThrowIfNull(fragment);
        return SchemaLayout.Print(fragment);
    }

    private Parsed<SchemaFragment> Generate(JsonElement tools)
    {
        var result = StrictJson.Member(tools, "result") ?? tools;
        var list = StrictJson.Member(result, "tools") ?? result;
        var all = list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().ToArray() : [list];
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var tool in all)
        {
            if (StrictJson.Member(tool, "name") is not { ValueKind: JsonValueKind.String } named || StrictJson.Text(named) is not { } name)
            {
                return Refused("a tool has a name");
            }

            if (!Syntax.Identifiers.IsName(name) || name == "__cedar")
            {
                return Refused($"the tool name {name} is no identifier");
            }

            if (!names.Add(name) || _stubActions.Contains(name))
            {
                return Refused($"two actions are named {name}");
            }

            if (Add(name, tool, StrictJson.Member(result, "$defs")) is { } refusal)
            {
                return Refused($"{name}: {refusal}");
            }
        }

        var draft = _profile.DeduplicateEntityTypes ? Deduplication.Of(_draft, _server) : _draft;
        draft = _profile.FlattenNamespaces ? draft?.Renamed(Flat) : draft;
        return draft is null ? Refused("two types would have one name") : new(draft.ToFragment(byLastSegment: true));
    }

    /// <summary>Adds a tool; or says why not.</summary>
    private string? Add(string name, JsonElement tool, JsonElement? serverDefinitions)
    {
        if ((SchemaOf(tool, "inputSchema") ?? SchemaOf(tool, "parameters")) is not { } input)
        {
            return "it has no input schema";
        }

        if (AddBlock(name, "Input", tool, input, serverDefinitions) is { } refusal)
        {
            return refusal;
        }

        var fields = _context.Add(new FieldDeclaration("input", new TypeExpression.Named(name + "Input", TypeNameKind.Common, default), true, []));
        if (_profile.IncludeOutputs && SchemaOf(tool, "outputSchema") is { } output)
        {
            if (AddBlock(name, "Output", tool, output, serverDefinitions) is { } reason)
            {
                return reason;
            }

            fields = fields.Add(new FieldDeclaration("output", new TypeExpression.Named(name + "Output", TypeNameKind.Common, default), false, []));
        }

        var context = new TypeExpression.Record([.. fields.OrderBy(f => f.Name, StringComparer.Ordinal)], default);
        return _draft.Add(_server, new ActionSyntax(name, _groups, new AppliesTo(_principals, _resources, context), [], default)) ? null : "an action of its name exists";
    }

    private string? AddBlock(string name, string block, JsonElement tool, JsonElement schema, JsonElement? serverDefinitions)
    {
        var space = $"{_server}::{name}::{block}";
        ImmutableArray<(JsonElement? Definitions, string Namespace)> scopes =
            [(StrictJson.Member(schema, "$defs"), space), (StrictJson.Member(tool, "$defs"), $"{_server}::{name}"), (serverDefinitions, _server)];
        var reader = new InputTypeReader(_profile, _server, space, Resolve);
        var writer = new TypeWriter(_draft, _profile);
        if (reader.ReadRoot(schema) is not { } root)
        {
            return reader.Reason;
        }

        foreach (var (definitions, _) in scopes)
        {
            foreach (var definition in definitions is { ValueKind: JsonValueKind.Object } some ? some.EnumerateObject() : default)
            {
                if (reader.ReadDefinition("#/$defs/" + definition.Name, "") is not { } type)
                {
                    return reader.Reason;
                }

                _ = writer.Express(type);
            }
        }

        return writer.Record(root) is var record && writer.Refusal is { } twice ? $"two types have the name {twice}"
            : _draft.Add(_server, new AliasDeclaration(name + block, record, [], default)) ? null : $"a type {name}{block} exists";

        (JsonElement, string)? Resolve(string reference)
        {
            var wanted = reference.StartsWith("#/$defs/", StringComparison.Ordinal) ? reference["#/$defs/".Length..] : "";
            foreach (var (definitions, home) in scopes)
            {
                if (wanted.Length > 0 && definitions is { } some && StrictJson.Member(some, wanted) is { } found)
                {
                    return (found, home);
                }
            }

            return null;
        }
    }

    private string Flat(string path)
        => path.StartsWith(_server + "::", StringComparison.Ordinal) ? $"{_server}::{path[(_server.Length + 2)..].Replace("::", "_", StringComparison.Ordinal)}" : path;

    private static JsonElement? SchemaOf(JsonElement tool, string member)
        => StrictJson.Member(tool, member) is not { ValueKind: JsonValueKind.Object } schema ? null : StrictJson.Member(schema, "json") is { ValueKind: JsonValueKind.Object } wrapped ? wrapped : schema;

    private static bool Marks(ImmutableArray<Syntax.Annotation> annotations, string name) => annotations.Any(a => a.Name == name);

    private static TypeExpression Sorted(TypeExpression type) => type switch
    {
        TypeExpression.Set set => new TypeExpression.Set(Sorted(set.Element), set.Span),
        TypeExpression.Record record => new TypeExpression.Record([.. record.Fields.OrderBy(f => f.Name, StringComparer.Ordinal).Select(f => f with { Type = Sorted(f.Type) })], record.Span),
        _ => type,
    };

    private static Parsed<SchemaFragment> Refused(string reason) => new([new Diagnostic(DiagnosticCode.UnknownTool, reason)]);
}
