namespace Obstat.Cedar.Schemas;

/// <summary>What a type name may stand for. Text leaves it open; JSON may say it.</summary>
public enum TypeNameKind
{
    /// <summary>A common type, an entity type or a built-in type, looked for in this order.</summary>
    EntityOrCommon = 0,

    /// <summary>An entity type.</summary>
    Entity,

    /// <summary>A common type or a built-in type.</summary>
    Common,

    /// <summary>A built-in type, whatever the schema declares.</summary>
    BuiltIn,
}
