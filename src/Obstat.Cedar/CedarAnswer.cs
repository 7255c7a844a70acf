using System.Collections.Immutable;

namespace Obstat.Cedar;

/// <summary>What a set of policies says to a request. All lists are in ordinal order of policy ids.</summary>
public sealed class CedarAnswer
{
    internal CedarAnswer(Mode mode, ImmutableArray<string> permits, ImmutableArray<string> forbids, ImmutableArray<PolicyError> errors, ImmutableArray<MissingEntity> missing)
    {
        (Mode, Permits, Forbids, Errors, Missing) = (mode, permits, forbids, errors, missing);
        var isDoubtful = mode != Mode.Standard && (!errors.IsEmpty || !missing.IsEmpty);
        Decision = !permits.IsEmpty && forbids.IsEmpty && !isDoubtful ? Decision.Allow : Decision.Deny;
    }

    /// <summary>How the request was read.</summary>
    public Mode Mode { get; }

    /// <summary>
    /// Allow only with a satisfied permit and no satisfied forbid; in <see cref="Mode.Strict"/> also only without any error and any missing entity.
    /// </summary>
    public Decision Decision { get; }

    /// <summary>The policies that decided: the satisfied permits of an allow, the satisfied forbids of a denial (none if no policy spoke).</summary>
    public ImmutableArray<string> Reasons => Decision == Decision.Allow ? Permits : Forbids;

    /// <summary>All satisfied permits, whatever the decision.</summary>
    public ImmutableArray<string> Permits { get; }

    /// <summary>All satisfied forbids.</summary>
    public ImmutableArray<string> Forbids { get; }

    /// <summary>All policies that could not be evaluated.</summary>
    public ImmutableArray<PolicyError> Errors { get; }

    /// <summary>All policies that touched an absent entity; empty in <see cref="Mode.Standard"/>.</summary>
    public ImmutableArray<MissingEntity> Missing { get; }
}
