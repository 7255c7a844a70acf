using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Json;

namespace Obstat.Gateway.Methods;

/// <summary>Which changes a client follows with <c>subscriptions/listen</c>.</summary>
/// <param name="Tools">Changes of the list of tools.</param>
/// <param name="Prompts">Changes of the list of prompts.</param>
/// <param name="Resources">Changes of the list of resources.</param>
/// <param name="Uris">Resources whose updates are followed, at most 16, each once.</param>
internal sealed record SubscriptionFilter(bool Tools, bool Prompts, bool Resources, ImmutableArray<string> Uris)
{
    /// <summary>Resources that one request follows, at most.</summary>
    public const int UrisMax = 16;

    /// <summary>Reads one; an unknown member refuses.</summary>
    public static bool TryRead(JsonValue value, [NotNullWhen(true)] out SubscriptionFilter? filter)
    {
        filter = null;
        if (value.Kind != JsonKind.Object)
        {
            return false;
        }

        var fields = new JsonFields(value);
        var read = new SubscriptionFilter(
            fields.Has("toolsListChanged") && fields.Boolean("toolsListChanged"),
            fields.Has("promptsListChanged") && fields.Boolean("promptsListChanged"),
            fields.Has("resourcesListChanged") && fields.Boolean("resourcesListChanged"),
            fields.Has("resourceSubscriptions") ? fields.Strings("resourceSubscriptions", UrisMax, 2048) : []);
        filter = fields.Complete() && read.Uris.Distinct(StringComparer.Ordinal).Count() == read.Uris.Length && !read.Uris.Any(u => u.Length == 0 || u.Any(char.IsControl)) ? read : null;
        return filter is not null;
    }

    /// <summary>What of it a connection offers: lists whose changes the client was told of, and the resources given.</summary>
    public SubscriptionFilter Within(JsonValue capabilities, ImmutableArray<string> uris) => new(
        Tools && Offers(capabilities, "tools", "listChanged"), Prompts && Offers(capabilities, "prompts", "listChanged"), Resources && Offers(capabilities, "resources", "listChanged"),
        Offers(capabilities, "resources", "subscribe") ? uris : []);

    /// <summary>What both name.</summary>
    public SubscriptionFilter And(SubscriptionFilter other) => new(Tools && other.Tools, Prompts && other.Prompts, Resources && other.Resources, [.. Uris.Intersect(other.Uris, StringComparer.Ordinal)]);

    /// <summary>Whether a change is followed.</summary>
    public bool Has(string method, string? uri) => method switch
    {
        "notifications/tools/list_changed" => Tools,
        "notifications/prompts/list_changed" => Prompts,
        "notifications/resources/list_changed" => Resources,
        "notifications/resources/updated" => uri is not null && Uris.Contains(uri, StringComparer.Ordinal),
        _ => false,
    };

    /// <summary>As it stands on the wire.</summary>
    public JsonValue ToJson()
    {
        var json = JsonValue.EmptyObject;
        json = Tools ? json.With("toolsListChanged", JsonValue.True) : json;
        json = Prompts ? json.With("promptsListChanged", JsonValue.True) : json;
        json = Resources ? json.With("resourcesListChanged", JsonValue.True) : json;
        return Uris.IsEmpty ? json : json.With("resourceSubscriptions", JsonValue.Strings(Uris));
    }

    private static bool Offers(JsonValue capabilities, string of, string flag) => capabilities[of]?[flag]?.AsBoolean == true;
}
