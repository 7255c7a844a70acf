using System.Text.Json;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Mcp;

/// <summary>
/// Turns the arguments of one tool into the record that policies see as <c>context.input</c>, directed by the tool's input schema. Immutable; made once per pinned
/// tool. What no policy could see, or could see differently from the tool, is refused.
/// </summary>
public sealed class ArgumentBinder
{
    private readonly JsonSchemaCheck _check;
    private readonly InputType _root;

    private ArgumentBinder(JsonSchemaCheck check, InputType root) => (_check, _root) = (check, root);

    /// <summary>
    /// Reads the input schema of a tool. Refuses a schema with an unknown keyword, a reference out of the document, or a type that Cedar cannot hold: such a tool is
    /// not to be listed and not to be called.
    /// </summary>
    /// <param name="server">The registered name of the server; the namespace of all types made.</param>
    /// <param name="tool">The name of the tool.</param>
    /// <param name="inputSchema">The schema, an object. It must outlive the binder.</param>
    public static Parsed<ArgumentBinder> Compile(string server, string tool, JsonElement inputSchema)
    {
        return Compile(server, tool, inputSchema, out _);
    }

    /// <summary>The same, with the type of the arguments: what the generated schema declares is what the binder makes.</summary>
    internal static Parsed<ArgumentBinder> Compile(string server, string tool, JsonElement inputSchema, out InputType? root)
    {
        root = null;
        if (CedarNames.Segment(server) is not { } serverSegment || CedarNames.Segment(tool) is not { } toolSegment)
        {
            return Refused("a server or tool name that cannot be one in Cedar");
        }

        if (inputSchema.ValueKind != JsonValueKind.Object)
        {
            return Refused("an input schema is an object");
        }

        if (JsonSchemaCheck.Make(inputSchema, out var reason) is not { } check)
        {
            return Refused(reason);
        }

        var space = $"{serverSegment}::{toolSegment}::Input";
        var reader = new InputTypeReader(SchemaProfile.Plane, serverSegment, space, reference => check.Resolve(reference) is { } schema ? (schema, space) : null);
        root = reader.ReadRoot(inputSchema);
        return root is not null ? new(new ArgumentBinder(check, root)) : Refused(reader.Reason);
    }

    /// <summary>
    /// Binds arguments, an object in canonical form. A refusal names the JSON Pointer of the value inside the arguments as <see cref="Diagnostic.Subject"/>.
    /// Undescribed properties are refused, also where the schema would let them pass.
    /// </summary>
    public Parsed<BoundArguments> Bind(JsonElement arguments)
    {
        if (_check.Violation(_root.Schema, arguments, "") is { } violation)
        {
            return new([new Diagnostic(DiagnosticCode.ContextMismatch, $"does not obey {violation.Keyword}", default, violation.Pointer)]);
        }

        var reader = new ArgumentReader(_check);
        return reader.Read(_root, arguments, "", 0) is CedarRecord input
            ? new(new BoundArguments(input, reader.Entities()))
            : new([reader.Refusal]);
    }

    private static Parsed<ArgumentBinder> Refused(string reason) => new([new Diagnostic(DiagnosticCode.UnknownTool, reason)]);
}
