namespace Obstat.Cedar.Mcp;

/// <summary>
/// How tool descriptions become a schema. <see cref="Official"/> writes what the generator of cedar-for-agents writes, byte for byte; <see cref="Plane"/> maps what that
/// one would refuse for names alone, and never guesses: it is what arguments are bound by.
/// </summary>
public sealed record SchemaProfile
{
    /// <summary>The generator of cedar-for-agents with its default settings.</summary>
    public static SchemaProfile Official { get; } = new() { IsOfficial = true };

    /// <summary>What the arguments of governed calls are bound by: records, decimals, escaped names.</summary>
    public static SchemaProfile Plane { get; } = new() { ObjectsAsRecords = true, NumbersAsDecimal = true };

    /// <summary>Whether objects without typed extra properties are records; else entities.</summary>
    public bool ObjectsAsRecords { get; init; }

    /// <summary>Whether numbers are decimals; else opaque entities.</summary>
    public bool NumbersAsDecimal { get; init; }

    /// <summary>Whether the context has what tools answer.</summary>
    public bool IncludeOutputs { get; init; }

    /// <summary>Whether the annotations of the stub stay.</summary>
    public bool KeepAnnotations { get; init; }

    /// <summary>Whether all types stand in the namespace of the server, their paths joined by <c>_</c>.</summary>
    public bool FlattenNamespaces { get; init; }

    /// <summary>Whether equal enumerations and equal flat objects of one name become one type.</summary>
    public bool DeduplicateEntityTypes { get; init; }

    /// <summary>Whether the official generator is followed where it differs: names stay as they are or are refused, definitions are all declared, recursion makes no entity.</summary>
    internal bool IsOfficial { get; init; }
}
