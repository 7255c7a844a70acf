using Obstat.Proof.Json;

namespace Obstat.Proof.Pins;

/// <summary>The hash of a tool's definition: SHA-256 of the canonical <c>{server, tool}</c>, the tool as listed without <c>_meta</c>. A changed description is a changed tool.</summary>
public static class ToolHash
{
    /// <summary>The tool as it is hashed and pinned.</summary>
    public static JsonValue Pinned(JsonValue listed) => listed.Without("_meta");

    /// <summary>The hash of a listed tool of a server.</summary>
    public static Digest Of(ServerIdentity server, JsonValue listed) => Digest.Of(JsonValue.Object(("server", server.Json), ("tool", Pinned(listed))));
}
