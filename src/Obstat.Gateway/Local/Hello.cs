using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Json;

namespace Obstat.Gateway.Local;

/// <summary>The first line of a local connection: which server, and the run token that says who asks; or a new token for a connection that is open.</summary>
/// <param name="Server">Registered name; null where a token is renewed.</param>
/// <param name="Token">The run token; null where none could be had, then every ask is denied and recorded.</param>
/// <param name="Handle">128 random bits in base64url that the connection gives itself, by which its token is renewed later; or those of the connection that is meant. Null: its token is not renewed.</param>
internal sealed record Hello(string? Server, string? Token, string? Handle)
{
    /// <summary>Bytes of the line, at most.</summary>
    public const int BytesMax = 1 << 15;

    /// <summary>Reads the line: <c>{v, server, token, handle?}</c> or <c>{v, renew, token}</c>, version 1; anything else refuses.</summary>
    public static bool TryRead(ReadOnlySpan<byte> line, [NotNullWhen(true)] out Hello? hello)
    {
        hello = null;
        if (!StrictJson.TryParse(line, out var value, out _))
        {
            return false;
        }

        var fields = new JsonFields(value);
        _ = fields.Integer("v", 1, 1);
        var read = value["renew"] is not null ? new Hello(null, fields.String("token", 16_384), fields.String("renew", 22))
            : new Hello(fields.String("server", 32), fields.StringOrNull("token", 16_384), fields.Has("handle") ? fields.String("handle", 22) : null);
        hello = fields.Complete() && (read.Handle is null || (read.Handle.Length == 22 && read.Handle.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))) ? read : null;
        return hello is not null;
    }
}
