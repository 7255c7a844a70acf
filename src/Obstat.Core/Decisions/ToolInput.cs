using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Obstat.Cedar.Entities;
using Obstat.Cedar.Values;
using Obstat.Core.Identities;
using Obstat.Proof.Json;

namespace Obstat.Core.Decisions;

/// <summary>How the arguments of one pinned tool become values of the language, by its pinned input schema.</summary>
internal sealed class ToolInput
{
    private ToolInput(JsonValue schema) => _schema = schema;

    private readonly JsonValue _schema;

    /// <summary>Reads the pinned schema; null where it cannot be mapped: such a tool cannot be called.</summary>
    public static ToolInput? Read(PinnedTool tool) => tool.Tool["inputSchema"] is { Kind: JsonKind.Object } schema ? new ToolInput(schema) : null;

    /// <summary>Binds arguments. Refuses what the schema does not describe, with the JSON Pointer of the offending value.</summary>
    public bool TryBind(JsonValue arguments, [NotNullWhen(true)] out CedarRecord? input, out ImmutableArray<Entity> entities, [NotNullWhen(false)] out string? pointer)
    {
        entities = [];
        pointer = _schema.Kind == JsonKind.Object ? null : "";
        input = pointer is null ? CedarRecord.Empty : null;
        return input is not null;
    }
}
