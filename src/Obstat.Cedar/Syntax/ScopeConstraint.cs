using System.Collections.Immutable;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Syntax;

/// <summary>What a policy demands of its principal, action or resource before its conditions are looked at.</summary>
public sealed class ScopeConstraint
{
    internal ScopeConstraint(ScopeKind kind, ImmutableArray<EntityUid> entities, string? entityType, bool hasSlot, Span span) =>
        (Kind, Entities, EntityType, HasSlot, Span) = (kind, entities, entityType, hasSlot, span);

    /// <summary>The form of the constraint.</summary>
    public ScopeKind Kind { get; }

    /// <summary>The entities named: one for <c>==</c> and <c>in</c>, any number for <c>in [..]</c>, none where a slot stands.</summary>
    public ImmutableArray<EntityUid> Entities { get; }

    /// <summary>The type of <c>is</c>.</summary>
    public string? EntityType { get; }

    /// <summary>Whether a slot stands where an entity would: only in templates.</summary>
    public bool HasSlot { get; }

    /// <summary>Where the constraint stands.</summary>
    public Span Span { get; }

    /// <summary>The one entity of <c>==</c>, <c>in</c> or <c>is .. in</c>.</summary>
    internal EntityUid Entity => Entities[0];

    internal ScopeConstraint Fill(EntityUid value) => HasSlot ? new(Kind, [value], EntityType, false, Span) : this;
}
