using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Obstat.Cedar.Entities;
using Obstat.Cedar.Mcp;
using Obstat.Cedar.Values;
using Obstat.Core.Identities;
using Obstat.Proof.Json;

namespace Obstat.Core.Decisions;

/// <summary>How the arguments of one pinned tool become values of the language, by its pinned input schema.</summary>
internal sealed class ToolInput
{
    private readonly ArgumentBinder _binder;

    private ToolInput(ArgumentBinder binder) => _binder = binder;

    /// <summary>Reads the pinned schema; null where it cannot be mapped: such a tool is neither listed nor called.</summary>
    public static ToolInput? Read(string server, PinnedTool tool)
        => tool.Tool["inputSchema"] is { Kind: JsonKind.Object } schema && ArgumentBinder.Compile(server, tool.Name, ElementOf(schema)).TryGet(out var binder) ? new ToolInput(binder) : null;

    /// <summary>Binds arguments. Refuses what the schema does not describe, with the JSON Pointer of the offending value.</summary>
    public bool TryBind(JsonValue arguments, [NotNullWhen(true)] out CedarRecord? input, out ImmutableArray<Entity> entities, [NotNullWhen(false)] out string? pointer)
    {
        var bound = _binder.Bind(ElementOf(arguments));
        if (bound.TryGet(out var made))
        {
            (input, entities, pointer) = (made.Input, made.Entities, null);
            return true;
        }

        (input, entities, pointer) = (null, [], bound.Diagnostics[0].Subject ?? "");
        return false;
    }

    private static JsonElement ElementOf(JsonValue value)
    {
        using var document = JsonDocument.Parse(value.ToCanonicalBytes());
        return document.RootElement.Clone();
    }
}
