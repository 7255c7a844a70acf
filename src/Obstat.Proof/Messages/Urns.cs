namespace Obstat.Proof.Messages;

/// <summary>The names of planes, servers and points in permits. One place.</summary>
public static class Urns
{
    private const string ServerPrefix = "urn:execution:server:";

    /// <summary>Issuer of permits and tokens: the plane of a ledger.</summary>
    public static string Plane(string origin) => "urn:execution:plane:" + origin;

    /// <summary>Audience and location of permits for an MCP server.</summary>
    public static string Server(string name) => ServerPrefix + name;

    /// <summary>The registered name in an audience of <see cref="Server"/>; another text as it is.</summary>
    public static string ServerOf(string audience) => audience.StartsWith(ServerPrefix, StringComparison.Ordinal) ? audience[ServerPrefix.Length..] : audience;

    /// <summary>The workload of an enforcement point.</summary>
    public static string Point(string id) => "urn:execution:point:" + id;
}
