using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Obstat.Gateway.JsonRpc;
using Obstat.Proof.Json;

namespace Obstat.Gateway.Methods;

/// <summary>What a request says of itself in <c>_meta</c>: nothing of it is decided on, and of it only what is read here goes on.</summary>
/// <param name="ProgressToken">A string of at most 128 bytes or an integer; null where no progress is wanted.</param>
/// <param name="Capabilities">What the client says it can do, for this request (2026-07-28); null in the older revision.</param>
/// <param name="LogLevel">How much it wants to be told; null for nothing.</param>
internal sealed record RequestMeta(JsonValue? ProgressToken, JsonValue? Capabilities, string? LogLevel)
{
    private static readonly FrozenSet<string> Levels = FrozenSet.ToFrozenSet(["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"], StringComparer.Ordinal);

    /// <summary>Says nothing.</summary>
    public static RequestMeta None { get; } = new(null, null, null);

    /// <summary>Reads it. In revision 2026-07-28 a request without its revision or its capabilities is refused.</summary>
    /// <param name="meta">The member; null where it is absent.</param>
    /// <param name="revision">What is spoken.</param>
    /// <param name="isRequest">Whether it is of a request: a notification need not say anything.</param>
    /// <param name="read">What it says.</param>
    public static bool TryRead(JsonValue? meta, Revision revision, bool isRequest, [NotNullWhen(true)] out RequestMeta? read)
    {
        read = null;
        var token = meta?["progressToken"];
        if ((meta is not null && meta.Kind != JsonKind.Object) || (token is not null && !RpcMessage.IsId(token)))
        {
            return false;
        }

        if (revision != Revision.R20260728 || !isRequest)
        {
            read = new RequestMeta(token, null, null);
            return true;
        }

        var (capabilities, level) = (meta?[MetaNames.ClientCapabilities], meta?[MetaNames.LogLevel]);
        if (RevisionText.Parse(meta?[MetaNames.ProtocolVersion]?.AsString) == revision && capabilities is { Kind: JsonKind.Object } && (level is null || (level.AsString is { } text && Levels.Contains(text))))
        {
            read = new RequestMeta(token, capabilities, level?.AsString);
        }

        return read is not null;
    }

    /// <summary>The object that goes to the upstream; null where none is due.</summary>
    /// <param name="token">Our progress token, where progress is wanted.</param>
    /// <param name="revision">What is spoken.</param>
    /// <param name="capabilities">What the upstream is told that the client's side can do.</param>
    public JsonValue? Forwarded(long? token, Revision revision, JsonValue capabilities)
    {
        var meta = token is { } ours ? JsonValue.Object(("progressToken", JsonValue.Of(ours))) : null;
        if (revision != Revision.R20260728)
        {
            return meta;
        }

        meta = (meta ?? JsonValue.EmptyObject).With(MetaNames.ProtocolVersion, JsonValue.Of(revision.ToWire())).With(MetaNames.ClientCapabilities, capabilities).With(MetaNames.ClientInfo, Sessions.SessionParts.ClientInfo);
        return LogLevel is null ? meta : meta.With(MetaNames.LogLevel, JsonValue.Of(LogLevel));
    }
}
