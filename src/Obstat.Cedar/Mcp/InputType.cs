using System.Collections.Immutable;
using System.Text.Json;

namespace Obstat.Cedar.Mcp;

/// <summary>What a value described by JSON Schema becomes. Zero is nothing, and binds nothing.</summary>
internal enum InputKind
{
    None = 0,
    Bool,
    Integer,
    Number,
    String,
    Date,
    DateTime,
    Duration,
    IpV4,
    IpV6,
    DecimalText,
    Enum,
    Null,
    Unknown,
    Set,
    Tuple,
    Union,
    Record,
    Entity,
}

/// <summary>One node of a mapped schema. Recursive types point back to a node that is filled later.</summary>
internal sealed class InputType(InputKind kind, JsonElement schema)
{
    public InputKind Kind { get; set; } = kind;

    /// <summary>What a value must also obey.</summary>
    public JsonElement Schema { get; } = schema;

    /// <summary>The path of the Cedar type, for kinds that make one.</summary>
    public string Name { get; init; } = "";

    /// <summary>The elements of a set; the extra properties of an entity.</summary>
    public InputType? Element { get; set; }

    /// <summary>The parts of a tuple, the alternatives of a union.</summary>
    public ImmutableArray<InputType> Parts { get; init; } = [];

    /// <summary>The values of an enumerated type.</summary>
    public ImmutableArray<string> Values { get; init; } = [];

    /// <summary>The properties of a record or entity, in ordinal order.</summary>
    public ImmutableSortedDictionary<string, (InputType Type, bool IsRequired)> Properties { get; set; } =
        ImmutableSortedDictionary<string, (InputType, bool)>.Empty;
}
