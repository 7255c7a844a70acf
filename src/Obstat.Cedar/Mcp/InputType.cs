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

    /// <summary>A number as a value that can only be compared with itself.</summary>
    OpaqueNumber,
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
    private readonly ImmutableSortedDictionary<string, (InputType Type, bool IsRequired)> _none = ImmutableSortedDictionary<string, (InputType, bool)>.Empty;
    private InputKind _kind = kind;
    private InputType? _element;
    private ImmutableSortedDictionary<string, (InputType Type, bool IsRequired)>? _properties;

    /// <summary>What it becomes.</summary>
    public InputKind Kind { get => AliasOf?.Kind ?? _kind; set => _kind = value; }

    /// <summary>What a value must also obey.</summary>
    public JsonElement Schema { get; } = schema;

    /// <summary>The path of the Cedar type, for kinds that make one.</summary>
    public string Name { get; init; } = "";

    /// <summary>The type that a definition names, where it is none of its own: this one is then only another name for it.</summary>
    public InputType? AliasOf { get; private init; }

    /// <summary>The path of the common type that a definition makes; empty for a type that is no alias.</summary>
    public string Alias { get; private init; } = "";

    /// <summary>Whether a definition makes it.</summary>
    public bool IsDefinition { get; set; }

    /// <summary>The elements of a set; the extra properties of an entity.</summary>
    public InputType? Element { get => AliasOf?.Element ?? _element; set => _element = value; }

    /// <summary>The parts of a tuple, the alternatives of a union.</summary>
    public ImmutableArray<InputType> Parts { get; init; } = [];

    /// <summary>The values of an enumerated type.</summary>
    public ImmutableArray<string> Values { get; init; } = [];

    /// <summary>The properties of a record or entity, in ordinal order.</summary>
    public ImmutableSortedDictionary<string, (InputType Type, bool IsRequired)> Properties { get => AliasOf?.Properties ?? _properties ?? _none; set => _properties = value; }

    /// <summary>The same type under the name of a definition.</summary>
    public InputType Under(string alias) => new(Kind, Schema) { Name = Name, Parts = Parts, Values = Values, AliasOf = this, Alias = alias, IsDefinition = true };
}
