using Obstat.Gateway.Sessions;
using Obstat.Gateway.Upstreams;

namespace Obstat.Gateway;

/// <summary>One registered server as the doors have it.</summary>
/// <param name="Parts">What all its sessions share.</param>
/// <param name="Upstream">Makes an unopened upstream for one session.</param>
internal sealed record Served(SessionParts Parts, Func<IUpstream> Upstream);
