using Obstat.Cedar.Values;

namespace Obstat.Cedar;

/// <summary>Who wants to do what on what, and under which circumstances.</summary>
/// <param name="Principal">Who.</param>
/// <param name="Action">What.</param>
/// <param name="Resource">On what.</param>
/// <param name="Context">The circumstances.</param>
public sealed record Request(EntityUid Principal, EntityUid Action, EntityUid Resource, CedarRecord Context);
