using System.Collections.Immutable;
using Obstat.Proof.Json;

namespace Obstat.Proof.Pins;

/// <summary>
/// What a server is, as far as it is pinned: a program with its exact arguments, or an origin. It is part of every tool's hash, so the same tool of another program is another tool.
/// </summary>
public sealed class ServerIdentity
{
    private ServerIdentity(string name, JsonValue json) => (Name, Json) = (name, json);

    /// <summary>Registered name.</summary>
    public string Name { get; }

    /// <summary>The identity as JSON.</summary>
    public JsonValue Json { get; }

    /// <summary>A program that the gateway starts.</summary>
    /// <param name="name">Registered name.</param>
    /// <param name="argv">The command and its arguments, exactly.</param>
    public static ServerIdentity OfCommand(string name, ImmutableArray<string> argv) => new(name, JsonValue.Object(
        ("name", JsonValue.Of(name)), ("kind", JsonValue.Of("stdio")), ("argv", JsonValue.Strings(argv)), ("image", JsonValue.Null), ("package", JsonValue.Null)));

    /// <summary>A server at an address.</summary>
    /// <param name="name">Registered name.</param>
    /// <param name="url">The endpoint, exactly as configured.</param>
    public static ServerIdentity OfUrl(string name, string url) => new(name, JsonValue.Object(
        ("name", JsonValue.Of(name)), ("kind", JsonValue.Of("http")), ("url", JsonValue.Of(url)), ("spki", JsonValue.Null)));

    /// <summary>Reads an identity; unknown members and kinds refuse.</summary>
    internal static ServerIdentity? Read(JsonValue json)
    {
        var fields = new JsonFields(json, "/predicate/server");
        var name = fields.String("name", 64);
        var complete = fields.OneOf("kind", "stdio", "http") == "stdio"
            ? fields.Strings("argv", 256, 4096).Length > 0 && fields.Value("image").IsNull && fields.Value("package").IsNull
            : fields.String("url", 2048).Length > 0 && fields.Value("spki").IsNull;
        return complete && name.Length > 0 && fields.Complete() ? new(name, json) : null;
    }
}
