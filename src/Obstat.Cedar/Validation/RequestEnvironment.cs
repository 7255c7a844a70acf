using Obstat.Cedar.Schemas;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Validation;

/// <summary>One kind of request: an action with the types of its principal and resource.</summary>
/// <param name="PrincipalType">The type of the principal.</param>
/// <param name="Action">The action.</param>
/// <param name="ResourceType">The type of the resource.</param>
/// <param name="Context">The type of the context.</param>
public sealed record RequestEnvironment(string PrincipalType, EntityUid Action, string ResourceType, CedarType.Record Context)
{
    /// <inheritdoc/>
    public override string ToString() => $"{PrincipalType}, {Action}, {ResourceType}";
}
