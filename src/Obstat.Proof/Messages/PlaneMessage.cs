using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Json;

namespace Obstat.Proof.Messages;

/// <summary>Bytes to messages and back. Bodies are strict JSON of at most 1 MiB; unknown, missing and mistyped members refuse.</summary>
public static class PlaneMessage
{
    /// <summary>The version that every body carries as <c>v</c>.</summary>
    public const int Version = 1;

    /// <summary>The media type of every body.</summary>
    public const string ContentType = "application/json";

    /// <summary>Reads a body.</summary>
    public static bool TryRead<T>(ReadOnlySpan<byte> body, [NotNullWhen(true)] out T? message, out JsonError error)
        where T : class, IPlaneMessage<T>
    {
        message = null;
        return StrictJson.TryParse(body, out var value, out error) && TryRead(value, out message, out error);
    }

    /// <summary>Reads a parsed body.</summary>
    public static bool TryRead<T>(JsonValue value, [NotNullWhen(true)] out T? message, out JsonError error)
        where T : class, IPlaneMessage<T>
    {
        var fields = new JsonFields(value);
        _ = fields.Integer("v", Version, Version);
        // Reading stops at nothing: the first finding is kept, and what was read of a refused body is dropped here.
        var read = T.Read(fields);
        message = fields.Complete() ? read : null;
        error = fields.Error ?? default;
        return message is not null;
    }

    /// <summary>The canonical bytes of a message.</summary>
    public static byte[] Write<T>(T message)
        where T : class, IPlaneMessage<T> => message.ToJson().ToCanonicalBytes();
}
