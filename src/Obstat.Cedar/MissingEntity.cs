using Obstat.Cedar.Values;

namespace Obstat.Cedar;

/// <summary>One policy that touched an entity which is not stored.</summary>
/// <param name="PolicyId">Which policy.</param>
/// <param name="Entity">The absent entity.</param>
/// <param name="Span">Where it was touched.</param>
public sealed record MissingEntity(string PolicyId, EntityUid Entity, Span Span);
