using System.Collections.Immutable;
using Obstat.Cedar.Schemas;

namespace Obstat.Cedar.Mcp;

/// <summary>
/// The schema of one tool server's actions, by the profile of the plane, with a binder for the arguments of each: what the schema declares is what the binder makes, because both
/// come from one reading. A tool that cannot be mapped, or whose types would have the names of another's, is left out and named; the others live.
/// </summary>
public sealed class ServerSchema
{
    private ServerSchema(string text, ImmutableSortedDictionary<string, ArgumentBinder> binders, ImmutableSortedDictionary<string, string> refused)
        => (Text, Binders, Refused) = (text, binders, refused);

    /// <summary>The schema in the text form of the language; it refers to types of the namespace <c>Plane</c>.</summary>
    public string Text { get; }

    /// <summary>How the arguments of each tool are read, by name.</summary>
    public ImmutableSortedDictionary<string, ArgumentBinder> Binders { get; }

    /// <summary>The tools that are left out, each with the reason.</summary>
    public ImmutableSortedDictionary<string, string> Refused { get; }

    /// <summary>Generates.</summary>
    /// <param name="server">The registered name of the server; its namespace.</param>
    /// <param name="tools">Its tools; of two with one name both are left out.</param>
    public static ServerSchema Of(string server, IEnumerable<ToolDescription> tools)
    {
        ArgumentNullException.ThrowIfNull(tools);
        var binders = ImmutableSortedDictionary.CreateBuilder<string, ArgumentBinder>(StringComparer.Ordinal);
        var refused = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var whole = new SchemaDraft();
        foreach (var named in tools.GroupBy(t => t.Name, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var parsed = ArgumentBinder.Compile(server, named.Key, named.First().InputSchema, out var root);
            if (named.Count() > 1)
            {
                refused.Add(named.Key, "two tools have this name");
            }
            else if (!parsed.TryGet(out var binder))
            {
                refused.Add(named.Key, parsed.Diagnostics[0].Message);
            }
            else if (Draft(CedarNames.Segment(server)!, named.Single(), root!) is not { } draft || !whole.TryTake(draft))
            {
                refused.Add(named.Key, "a type of it would have the name of another type");
            }
            else
            {
                binders.Add(named.Key, binder);
            }
        }

        return new ServerSchema(SchemaLayout.Print(whole.ToFragment(byLastSegment: false)), binders.ToImmutable(), refused.ToImmutable());
    }

    private static SchemaDraft? Draft(string server, ToolDescription tool, InputType root)
    {
        var (draft, segment) = (new SchemaDraft(), CedarNames.Segment(tool.Name)!);
        var writer = new TypeWriter(draft, SchemaProfile.Plane);
        var input = writer.Record(root);
        var arguments = new TypeExpression.Record([.. input.Fields.Select(f => f with { Type = Named("Plane::Mark") })], default);
        var context = new TypeExpression.Record(
            [
                Field("approval", "Plane::ApprovalFacts"), Field("arg", segment + "Arg"), Field("attest", "Plane::AttestFacts"), Field("budget", "Plane::BudgetFacts"), Field("chain", "Plane::ChainFacts"),
                .. tool.Facets is { } facets ? [new FieldDeclaration("facet", new TypeExpression.Record([.. facets.Select(f => Field(f.Key, f.Value))], default), true, [])] : ImmutableArray<FieldDeclaration>.Empty,
                Field("flow", "Plane::Mark"), Field("input", segment + "Input"), Field("lease", "Plane::LeaseFacts"), Field("now", "datetime"), Field("peer", "ipaddr") with { IsRequired = false },
                Field("session", "Plane::SessionFacts"), Field("tool", "Plane::Tool"),
            ],
            default);
        var isWhole = writer.Refusal is null
            && draft.Add(server, new AliasDeclaration($"CallContext_{segment}", context, [], default))
            && draft.Add(server, new AliasDeclaration(segment + "Arg", arguments, [], default))
            && draft.Add(server, new AliasDeclaration(segment + "Input", input, [], default))
            && draft.Add(server, new ActionSyntax(
                tool.Name, [.. tool.Groups.Select(g => new ActionReference("Plane::Action", g))],
                new AppliesTo(["Plane::Agent", "Plane::User"], ["Plane::Server"], Named($"CallContext_{segment}")), [], default));
        return isWhole ? draft : null;
    }

    private static FieldDeclaration Field(string name, string type) => new(name, type.StartsWith("Set<", StringComparison.Ordinal) ? new TypeExpression.Set(Named(type[4..^1]), default) : Named(type), true, []);

    // Marks and facts are of the namespace Plane; of the other names those are built in that the language has.
    private static TypeExpression.Named Named(string path) => new(path, CedarType.BuiltIn(path) is null ? TypeNameKind.EntityOrCommon : TypeNameKind.BuiltIn, default);
}
