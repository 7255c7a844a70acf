using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Json;

namespace Obstat.Cli.Checking;

/// <summary>
/// A request to be decided without being executed:
/// <c>{"as":"local","server":"payments","method":"tools/call","name":"transfer","arguments":{..}}</c>; comments and trailing commas may stand in it.
/// </summary>
/// <param name="As">Name of an enrolled identity; <c>local</c> unless told.</param>
/// <param name="Server">A registered server.</param>
/// <param name="Method">A JSON-RPC method; <c>tools/call</c> unless told.</param>
/// <param name="Name">Tool or prompt, or null.</param>
/// <param name="Uri">Resource, or null.</param>
/// <param name="Arguments">Arguments, or null.</param>
internal sealed record CheckRequest(string As, string Server, string Method, string? Name, string? Uri, JsonValue? Arguments)
{
    /// <summary>The request of a recorded action, asked by an enrolled identity.</summary>
    public static CheckRequest Of(JsonValue action, string name)
        => new(name, action["server"]?.AsString ?? "", action["method"]?.AsString ?? "", action["name"]?.AsString, action["uri"]?.AsString, action["arguments"]);

    /// <summary>Reads a file; unknown members refuse.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out CheckRequest? request, [NotNullWhen(false)] out string? reason)
    {
        request = null;
        if (!StrictJson.TryParse(utf8, JsonRules.Settings, JsonLimits.Intake, out var value, out var error))
        {
            reason = error.ToString();
            return false;
        }

        var fields = new JsonFields(value);
        var read = new CheckRequest(
            fields.Has("as") ? fields.String("as", 64) : "local",
            fields.String("server", 32),
            fields.Has("method") ? fields.String("method", 128) : "tools/call",
            fields.Has("name") ? fields.String("name", 512) : null,
            fields.Has("uri") ? fields.String("uri") : null,
            fields.Has("arguments") ? fields.Object("arguments") : null);
        request = fields.Complete() ? read : null;
        reason = fields.Error?.ToString();
        return request is not null;
    }
}
