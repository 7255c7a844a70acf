using System.Collections.Immutable;
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
    /// <param name="asks">What the server may ask of the client's side: <c>elicitation</c>, <c>roots</c>, <c>sampling</c>.</param>
    public Connected(Admission admission, Revision revision, JsonValue capabilities, ImmutableArray<string> asks) => (Holder, Revision, Capabilities, Asks) = (HolderOf(admission), revision, capabilities, asks);

    /// <summary>Subject and client of a permit, as one text that two others never share.</summary>
    public static string HolderOf(Admission admission) => JsonValue.Strings([admission.Permit.Sub, admission.Permit.ClientId, .. admission.Permit.Actors]).ToString();

    /// <summary>For whom the plane permitted it.</summary>
    public string Holder { get; }

    /// <summary>What both sides speak.</summary>
    public Revision Revision { get; }

    /// <summary>What the client was told.</summary>
    public JsonValue Capabilities { get; }

    /// <summary>What some policy lets the server ask; each request is decided by itself all the same.</summary>
    public ImmutableArray<string> Asks { get; }

    /// <summary>Revisions that both sides speak, as the server named them; for texts.</summary>
    public ImmutableArray<string> Versions { get; init; } = [];

    /// <summary>What an upstream is told that the side of one client can do.</summary>
    /// <param name="said">The client's own capabilities.</param>
    public JsonValue ClientCapabilities(JsonValue? said) => Sessions.Capabilities.Permitted(Sessions.Capabilities.OfClient(said), Asks);
}
