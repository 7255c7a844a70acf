using System.Collections.Frozen;

namespace Obstat.Gateway.Http;

/// <summary>What the front of an HTTP/1.1 listener lets through.</summary>
/// <param name="Hosts">Accepted values of <c>Host</c>, lower case, with port where the port is not the scheme's own.</param>
/// <param name="BodyBytesMax">Bytes of one body, at most; a longer one is refused unread.</param>
internal sealed record FrontRules(FrozenSet<string> Hosts, int BodyBytesMax)
{
    /// <summary>Bytes of one request head, at most: 16 KiB.</summary>
    public const int HeadBytesMax = 1 << 14;

    /// <summary>Fields of one request head, at most.</summary>
    public const int FieldsMax = 64;

    /// <summary>Bytes around the data of a chunked body, at most: a flood of tiny chunks is no body.</summary>
    public const int ChunkOverheadMax = 1 << 16;

    /// <summary>Methods that exist here.</summary>
    public static FrozenSet<string> Methods { get; } = FrozenSet.ToFrozenSet(["GET", "POST", "DELETE"], StringComparer.Ordinal);
}
