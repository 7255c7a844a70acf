using Obstat.Proof.Json;

namespace Obstat.Gateway.Sessions;

/// <summary>What both the upstream and this door can do. What is not named here is stripped: tasks, experiments, whatever a later revision brings.</summary>
internal static class Capabilities
{
    private static readonly (string Name, string[] Flags)[] Known =
    [
        ("completions", []), ("logging", []), ("prompts", ["listChanged"]), ("resources", ["listChanged", "subscribe"]), ("tools", ["listChanged"]),
    ];

    private static readonly string[] Questions = ["elicitation", "roots", "sampling"];

    /// <summary>
    /// What an upstream may be told that the client's side can do: what the client said, without what is not passed on (elicitation by URL, tools of sampling, changes of roots).
    /// </summary>
    /// <param name="said">The client's own capabilities.</param>
    public static JsonValue OfClient(JsonValue? said) => JsonValue.Object([.. Questions.Where(name => Can(said, name)).Select(name => (name, JsonValue.EmptyObject))]);

    /// <summary>The part of them that some policy lets this server use.</summary>
    /// <param name="client">See <see cref="OfClient"/>.</param>
    /// <param name="permitted">Names that the plane gave with the permit of the connection.</param>
    public static JsonValue Permitted(JsonValue client, IEnumerable<string> permitted) => JsonValue.Object([.. client.Members.Where(m => permitted.Contains(m.Name, StringComparer.Ordinal)).Select(m => (m.Name, m.Value))]);

    /// <summary>The capability that a server's request needs.</summary>
    public static string Needed(string method) => method.Split('/')[0];

    /// <summary>The part of an upstream's capabilities that goes through this door.</summary>
    public static JsonValue Through(JsonValue? upstream) => JsonValue.Object([.. Known.Where(k => upstream?[k.Name] is { Kind: JsonKind.Object })
        .Select(k => (k.Name, JsonValue.Object([.. k.Flags.Where(f => upstream![k.Name]![f]?.AsBoolean == true).Select(f => (f, JsonValue.True))])))]);

    // Elicitation without a mode means a form; a client that names modes must name that one.
    private static bool Can(JsonValue? said, string name)
        => said?[name] is { Kind: JsonKind.Object } how && (name != "elicitation" || how["form"] is not null || how["url"] is null);

    /// <summary>Whether a connection with these capabilities has a method that goes with it unasked.</summary>
    public static bool Have(JsonValue capabilities, string method) => method == "logging/setLevel" && capabilities["logging"] is not null;
}
