using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Json;

namespace Obstat.Gateway.Local;

/// <summary>The first line of a local connection: which server, and the run token that says who asks.</summary>
/// <param name="Server">Registered name.</param>
/// <param name="Token">The run token; null where none could be had, then every ask is denied and recorded.</param>
internal sealed record Hello(string Server, string? Token)
{
    /// <summary>Bytes of the line, at most.</summary>
    public const int BytesMax = 1 << 15;

    /// <summary>Reads the line; anything but its three members, version 1, refuses.</summary>
    public static bool TryRead(ReadOnlySpan<byte> line, [NotNullWhen(true)] out Hello? hello)
    {
        hello = null;
        if (!StrictJson.TryParse(line, out var value, out _))
        {
            return false;
        }

        var fields = new JsonFields(value);
        _ = fields.Integer("v", 1, 1);
        var read = new Hello(fields.String("server", 32), fields.StringOrNull("token", 16_384));
        hello = fields.Complete() ? read : null;
        return hello is not null;
    }
}
