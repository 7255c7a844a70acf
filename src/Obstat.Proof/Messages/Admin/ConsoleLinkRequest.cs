using Obstat.Proof.Json;

namespace Obstat.Proof.Messages.Admin;

/// <summary>Asks for a one-time link into the console.</summary>
/// <param name="Role">What its session may do: <c>viewer</c>, <c>auditor</c>, <c>operator</c> or <c>owner</c>.</param>
public sealed record ConsoleLinkRequest(string Role) : IPlaneMessage<ConsoleLinkRequest>
{
    /// <summary>The roles, the least first.</summary>
    public static IReadOnlyList<string> Roles { get; } = ["viewer", "auditor", "operator", "owner"];

    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(("v", JsonValue.Of(PlaneMessage.Version)), ("role", JsonValue.Of(Role)));

    /// <inheritdoc/>
    public static ConsoleLinkRequest Read(JsonFields fields) => new(fields.OneOf("role", [.. Roles]));
}
