using Obstat.Proof.Json;

namespace Obstat.Gateway.Sessions;

/// <summary>What both the upstream and this door can do. What is not named here is stripped: tasks, experiments, whatever a later revision brings.</summary>
internal static class Capabilities
{
    private static readonly (string Name, string[] Flags)[] Known =
    [
        ("completions", []), ("logging", []), ("prompts", ["listChanged"]), ("resources", ["listChanged", "subscribe"]), ("tools", ["listChanged"]),
    ];

    /// <summary>What this door tells an upstream about itself: nothing that would let a server ask an agent.</summary>
    public static JsonValue OfClient => JsonValue.EmptyObject;

    /// <summary>The part of an upstream's capabilities that goes through this door.</summary>
    public static JsonValue Through(JsonValue? upstream) => JsonValue.Object([.. Known.Where(k => upstream?[k.Name] is { Kind: JsonKind.Object })
        .Select(k => (k.Name, JsonValue.Object([.. k.Flags.Where(f => upstream![k.Name]![f]?.AsBoolean == true).Select(f => (f, JsonValue.True))])))]);

    /// <summary>Whether a connection with these capabilities has a method that goes with it unasked.</summary>
    public static bool Have(JsonValue capabilities, string method) => method == "logging/setLevel" && capabilities["logging"] is not null;
}
