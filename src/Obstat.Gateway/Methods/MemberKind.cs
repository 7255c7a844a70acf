namespace Obstat.Gateway.Methods;

/// <summary>What a member of params must be.</summary>
internal enum MemberKind
{
    /// <summary>Nothing fits.</summary>
    None = 0,

    /// <summary>The name of a tool: <c>[A-Za-z0-9_.-]{1,128}</c>.</summary>
    ToolName,

    /// <summary>Text of 1 to 2,048 characters without control characters.</summary>
    Text,

    /// <summary>An object.</summary>
    Object,

    /// <summary>An object whose values are strings.</summary>
    StringMap,

    /// <summary>The <c>_meta</c> object: of it only a progress token is read.</summary>
    Meta,

    /// <summary>The id of a request.</summary>
    Id,

    /// <summary>Any value.</summary>
    Value,

    /// <summary>An object of objects: answers to what a server asked.</summary>
    Responses,

    /// <summary>What a server gave to be brought back: a string of at most 65,536 characters.</summary>
    State,

    /// <summary>Which changes to follow; other members refuse.</summary>
    Filter,
}
