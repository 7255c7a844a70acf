namespace Obstat.Proof.Permits;

/// <summary>The one action that a permit covers (RFC 9396 authorization detail of type <c>urn:execution:action:1</c>).</summary>
/// <param name="Action">The action in wire form.</param>
/// <param name="Location">Where it runs: equal to the permit's audience.</param>
/// <param name="Identifier">The tool, prompt, resource or method.</param>
/// <param name="ActHash">SHA-256 of the canonical action object.</param>
/// <param name="ToolHash">Pin of the tool's definition; null for actions that are no tool calls.</param>
/// <param name="Mode"><c>once</c> or <c>lease</c>.</param>
public sealed record PermittedAction(string Action, string Location, string Identifier, Digest ActHash, Digest? ToolHash, string Mode)
{
    /// <summary>Type of the authorization detail.</summary>
    public const string Type = "urn:execution:action:1";

    /// <summary>How <see cref="ActHash"/> is made: SHA-256 of RFC 8785.</summary>
    public const string Algorithm = "jcs+sha-256";
}
