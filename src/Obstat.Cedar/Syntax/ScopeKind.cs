namespace Obstat.Cedar.Syntax;

/// <summary>The forms of a scope constraint. Zero is none, and matches nothing.</summary>
public enum ScopeKind
{
    None = 0,

    /// <summary>No constraint.</summary>
    Any,

    /// <summary><c>== E</c>.</summary>
    Equal,

    /// <summary><c>in E</c>.</summary>
    In,

    /// <summary><c>in [E, ..]</c>, for actions only.</summary>
    InSet,

    /// <summary><c>is T</c>.</summary>
    Is,

    /// <summary><c>is T in E</c>.</summary>
    IsIn,
}
