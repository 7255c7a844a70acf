namespace Obstat.Proof.Messages;

/// <summary>The names of planes, servers and points in permits. One place.</summary>
public static class Urns
{
    /// <summary>Issuer of permits and tokens: the plane of a ledger.</summary>
    public static string Plane(string origin) => "urn:execution:plane:" + origin;

    /// <summary>Audience and location of permits for an MCP server.</summary>
    public static string Server(string name) => "urn:execution:server:" + name;

    /// <summary>The workload of an enforcement point.</summary>
    public static string Point(string id) => "urn:execution:point:" + id;
}
