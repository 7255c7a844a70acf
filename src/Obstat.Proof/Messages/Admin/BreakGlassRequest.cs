using Obstat.Proof.Json;
using Obstat.Proof.Leases;

namespace Obstat.Proof.Messages.Admin;

/// <summary>One person's word that a policy be in force for a short time; the second one's puts it there. Or the end of it, which one may say.</summary>
/// <param name="Policies">The policies as text, 1 to <see cref="PoliciesMax"/> characters; null ends what is in force.</param>
/// <param name="Reason">Why, as a person writes it, 1 to 512 characters.</param>
/// <param name="Command">Both, signed by an operator's key (<see cref="OperatorCommand"/>, verb <see cref="Verb"/>).</param>
public sealed record BreakGlassRequest(string? Policies, string Reason, string Command) : IPlaneMessage<BreakGlassRequest>
{
    /// <summary>The verb that is signed.</summary>
    public const string Verb = "break-glass";

    /// <summary>Characters of the policies at most.</summary>
    public const int PoliciesMax = 65_536;

    /// <summary>What a person signs: the same text for the same reason.</summary>
    public static Digest ArgumentsOf(string? policies, string reason) => Digest.Of(JsonValue.Object(("policies", JsonValue.Of(policies)), ("reason", JsonValue.Of(reason))));

    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(
        ("v", JsonValue.Of(PlaneMessage.Version)), ("policies", JsonValue.Of(Policies)), ("reason", JsonValue.Of(Reason)), ("command", JsonValue.Of(Command)));

    /// <inheritdoc/>
    public static BreakGlassRequest Read(JsonFields fields) => new(fields.StringOrNull("policies", PoliciesMax), fields.Text("reason", Order.TextMax), fields.Text("command", 4000));
}
