using Obstat.Enforcement;
using Obstat.Gateway.Methods;
using Obstat.Proof.Json;

namespace Obstat.Gateway.Sessions;

/// <summary>A connection that was permitted and whose upstream answered: what rides on it needs this.</summary>
internal sealed class Connected
{
    /// <summary>Opens a connection.</summary>
    /// <param name="admission">The admission of <c>mcp.connect</c>.</param>
    /// <param name="revision">What both sides speak.</param>
    /// <param name="capabilities">What the client was told that this connection can do.</param>
    public Connected(Admission admission, Revision revision, JsonValue capabilities) => (Holder, Revision, Capabilities) = (HolderOf(admission), revision, capabilities);

    /// <summary>Subject and client of a permit, as one text that two others never share.</summary>
    public static string HolderOf(Admission admission) => JsonValue.Strings([admission.Permit.Sub, admission.Permit.ClientId, .. admission.Permit.Actors]).ToString();

    /// <summary>For whom the plane permitted it.</summary>
    public string Holder { get; }

    /// <summary>What both sides speak.</summary>
    public Revision Revision { get; }

    /// <summary>What the client was told.</summary>
    public JsonValue Capabilities { get; }
}
