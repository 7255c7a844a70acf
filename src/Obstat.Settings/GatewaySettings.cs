using System.Collections.Immutable;

namespace Obstat.Settings;

/// <summary>The gateway: which plane it asks and which servers it guards.</summary>
/// <param name="Point">Id of this enforcement point, <c>[a-z0-9-]{1,32}</c>.</param>
/// <param name="Plane">Where the gateway dials the plane; <c>listen.enforcement</c> unless told otherwise.</param>
/// <param name="Resource">URL that names this gateway as an audience (RFC 8707), without a slash at its end.</param>
/// <param name="Hosts">Accepted values of the <c>Host</c> field, lower case, with port.</param>
/// <param name="Origins">Accepted values of the <c>Origin</c> field. Empty: no browser may call.</param>
/// <param name="Servers">MCP servers by registered name, in ordinal order.</param>
public sealed record GatewaySettings(
    string Point, UnixAddress Plane, string Resource, ImmutableArray<string> Hosts, ImmutableArray<string> Origins, ImmutableSortedDictionary<string, UpstreamSettings> Servers);
