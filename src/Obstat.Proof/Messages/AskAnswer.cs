using System.Collections.Immutable;
using Obstat.Proof.Json;

namespace Obstat.Proof.Messages;

/// <summary>
/// The plane's answer to an ask: <see cref="AllowAnswer"/> or <see cref="DenyAnswer"/>. An allow is believed only through its permit and receipt, a denial without proof.
/// </summary>
public abstract record AskAnswer : IPlaneMessage<AskAnswer>
{
    private protected AskAnswer(ImmutableArray<string> visible) => Visible = visible;

    /// <summary>
    /// Names of the action's server that this principal may know of: all of them for a list, the one or none for a call, <c>*</c> for lists without a rule of their own.
    /// </summary>
    public ImmutableArray<string> Visible { get; }

    /// <inheritdoc/>
    public abstract JsonValue ToJson();

    /// <inheritdoc/>
    public static AskAnswer Read(JsonFields fields) => fields.OneOf("decision", "allow", "deny") == "allow" ? AllowAnswer.ReadAllow(fields) : DenyAnswer.ReadDeny(fields);

    private protected static ImmutableArray<string> ReadVisible(JsonFields fields) => fields.Strings("visible", 10_000, 256);
}
