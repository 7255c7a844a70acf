using Obstat.Proof;
using Obstat.Proof.Json;

namespace Obstat.Core.Identities;

/// <summary>A tool as an operator approved it.</summary>
/// <param name="Name">Its name at the server.</param>
/// <param name="Tool">The object as listed, minus <c>_meta</c>.</param>
/// <param name="ToolHash">SHA-256 of the canonical <c>{server, tool}</c>: what a listing must still give.</param>
public sealed record PinnedTool(string Name, JsonValue Tool, Digest ToolHash);
